package io.tailrace.schemas.presence;

/**
 * How old a digest is when it is read. Whoever reads along has every digest when it is written.
 * What was written before the reader began is as old as broker and reader say, which holds for a
 * minute only: where their clocks are wrong, the next digests make it good. Owned by one thread.
 */
public final class ReadBack {
  private static final long READ_BACK_MS = 60_000;

  private boolean begun;
  private long begunMs;
  private long begunWallMs;

  /**
   * Reading begins, where it has not begun.
   *
   * @param wallMs now, in milliseconds since 1970
   * @param nowMs now, by a clock that only goes forward
   */
  public void begin(long wallMs, long nowMs) {
    if (!begun) {
      begun = true;
      begunMs = nowMs;
      begunWallMs = wallMs;
    }
  }

  /**
   * The age of a digest that is read now.
   *
   * @param writtenMs when the broker took it, in milliseconds since 1970
   */
  public long ageMs(long writtenMs, long wallMs, long nowMs) {
    boolean isBack = writtenMs < begunWallMs && nowMs - begunMs < READ_BACK_MS;
    return isBack ? Math.clamp(wallMs - writtenMs, 0, Digest.TTL_MS_MAX) : 0;
  }
}
