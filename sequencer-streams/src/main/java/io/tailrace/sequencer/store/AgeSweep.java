package io.tailrace.sequencer.store;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Goes over a partition's heads, a few at a time, to find the channels that get no events any more
 * and have become older than they are kept; then rests. A million channels take three hours, which
 * is little against a retention in days. Thread: the one that has the partition.
 */
final class AgeSweep {
  /** How often it is called. */
  static final Duration EVERY = Duration.ofSeconds(10);

  /** Heads that one call looks at, some ten microseconds each. */
  static final int HEADS_MAX = 1000;

  private static final long REST_MS = Duration.ofMinutes(10).toMillis();

  private byte @Nullable [] from;
  private long restsUntilMs = Long.MIN_VALUE;

  /** Trims channels behind a key and says where to go on; null: that was the last. */
  @FunctionalInterface
  interface Trim {
    byte @Nullable [] trim(byte @Nullable [] from, int headsMax, long nowMs);
  }

  /** One call. */
  void run(long nowMs, Trim trim) {
    if (nowMs < restsUntilMs) {
      return;
    }
    from = trim.trim(from, HEADS_MAX, nowMs);
    if (from == null) {
      restsUntilMs = nowMs + REST_MS;
    }
  }
}
