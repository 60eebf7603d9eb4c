package io.tailrace.gateway.shard;

/**
 * Whether clients may be held to their deadlines now. A thread that was kept busy has not read what
 * they have sent in time, and a task that is due is run before sockets are read: so after a late
 * tick they are heard first, and judged by the next one. Owned by the shard's thread.
 */
final class Deadlines {
  private final long lateMs;
  private long judgedMs = Long.MIN_VALUE;
  private boolean heard;

  /** For ticks that come so often. */
  Deadlines(long tickMs) {
    this.lateMs = 2 * tickMs;
  }

  /**
   * Asked at every tick; where it says no, the next one is to come as soon as sockets were read.
   */
  boolean mayJudge(long nowMs) {
    if (!heard && judgedMs != Long.MIN_VALUE && nowMs - judgedMs > lateMs) {
      heard = true;
      return false;
    }
    heard = false;
    judgedMs = nowMs;
    return true;
  }
}
