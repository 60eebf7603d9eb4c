package io.tailrace.schemas.region;

/**
 * How old a record of another region is when it is read here. Its date is of a broker there, whose
 * clock nobody here knows; and a mirror that was cut off brings, all at once, what was written long
 * ago. So a record is as old as it comes later than the quickest did, on a clock of the reader that
 * only goes forward: {@code (read − written) − least (read − written)}.
 *
 * <p>The least is of this period and the one before, and a period ends only with a record, so that
 * it outlives a cut, however long, and what waited is known for what it is. A clock over there that
 * was set back makes everything look old, until both periods are over. Before anything was read,
 * the reader takes its time of day to be the other's, for a minute.
 *
 * <p>One for each partition, as each has a broker of its own. Pure; owned by one thread.
 */
public final class FarClock {
  private static final long FIRST_MS = 60_000;
  private static final long PERIOD_MS = 600_000;

  private boolean begun;
  private long endsMs;
  private long heardMs;
  private long leastMs;
  private long leastBeforeMs;

  /** Nothing was read. */
  public FarClock() {}

  /**
   * How old it is at least. To be asked once for each record, in their order.
   *
   * @param writtenMs its date, by a clock over there
   * @param wallMs now, in milliseconds since 1970
   * @param nowMs now, by a clock that only goes forward
   */
  public long ageMs(long writtenMs, long wallMs, long nowMs) {
    long behindMs = nowMs - writtenMs;
    if (!begun) {
      begun = true;
      leastBeforeMs = nowMs - wallMs;
      leastMs = behindMs;
      endsMs = nowMs + FIRST_MS;
    } else if (nowMs >= endsMs) {
      // After a silence the period may have seen nothing but what had waited.
      leastBeforeMs = nowMs - heardMs > FIRST_MS ? Math.min(leastBeforeMs, leastMs) : leastMs;
      leastMs = behindMs;
      endsMs = nowMs + PERIOD_MS;
    }
    heardMs = nowMs;
    leastMs = Math.min(leastMs, behindMs);
    return behindMs - Math.min(leastMs, leastBeforeMs);
  }
}
