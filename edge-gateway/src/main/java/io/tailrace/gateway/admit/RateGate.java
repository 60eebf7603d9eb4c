package io.tailrace.gateway.admit;

/**
 * A token bucket that gives everybody whom it refuses a turn.
 *
 * <p>Those who are refused together must not come back together. So each refusal takes the next
 * place in a line that moves at the rate of the bucket: they come back as fast as they can be
 * served, the first ones soon. A line that has become longer than the longest wait begins at its
 * front again, which spreads those behind it over the whole of the wait. Safe for any thread.
 */
public final class RateGate {
  private static final double NANOS_PER_SECOND = 1e9;
  private static final long NANOS_PER_MS = 1_000_000;

  /** Steps of this part of a whole spread evenly however many there are (Weyl, 1916). */
  private static final double GOLDEN = 0.618033988749895;

  private static final long TURN_MS_LEAST = 200;
  private static final long TURN_MS_MOST = 30_000;

  private final double burst;
  private final double nanosEach;
  private final long waitMsLeast;
  private final long waitNanosMost;
  private double tokens;
  private boolean begun;
  private long refilledNanos;
  private double lineNanos;
  private double phase;

  /**
   * A full bucket.
   *
   * @param perSecond how many may go on, on average
   * @param burst how many may go on at once
   * @param waitMsLeast the shortest wait that anybody is told
   * @param waitMsMost the longest one
   */
  public RateGate(double perSecond, double burst, long waitMsLeast, long waitMsMost) {
    if (perSecond <= 0 || burst < 1 || waitMsLeast < 1 || waitMsMost <= waitMsLeast) {
      throw new IllegalArgumentException("a gate needs a rate, a burst of 1, and room to wait");
    }
    this.burst = burst;
    this.nanosEach = NANOS_PER_SECOND / perSecond;
    this.waitMsLeast = waitMsLeast;
    this.waitNanosMost = (waitMsMost - waitMsLeast) * NANOS_PER_MS;
    this.tokens = burst;
  }

  /** One through which a second's worth may go at once, with turns of up to half a minute. */
  public static RateGate ofSecond(int perSecond) {
    return new RateGate(perSecond, perSecond, TURN_MS_LEAST, TURN_MS_MOST);
  }

  /**
   * Asks for several at once, which go on together or not at all. Who finds any token may take more
   * than there are, and those who come after pay for it: a client that asks for many channels in
   * one message is never refused for ever.
   *
   * @return 0 to go on, else the milliseconds after which to ask again
   */
  public synchronized long take(long nowNanos, int count) {
    pass(nowNanos);
    if (tokens >= 1) {
      tokens -= count;
      return 0;
    }
    return place(count);
  }

  /**
   * A turn for somebody who is refused for another reason, without asking the bucket.
   *
   * @return the milliseconds after which to ask again
   */
  public synchronized long turn(long nowNanos) {
    pass(nowNanos);
    return place(1);
  }

  /** Whether it would answer as one that nobody has ever passed. */
  synchronized boolean isIdle(long nowNanos) {
    pass(nowNanos);
    return tokens >= burst && lineNanos == 0;
  }

  private void pass(long nowNanos) {
    if (!begun) {
      begun = true;
      refilledNanos = nowNanos;
    }
    long passed = Math.max(0, nowNanos - refilledNanos);
    refilledNanos += passed;
    tokens = Math.min(burst, tokens + passed / nanosEach);
    lineNanos = Math.max(0, lineNanos - passed);
  }

  private long place(int count) {
    lineNanos += count * nanosEach;
    if (lineNanos > waitNanosMost) {
      // Each time a little further: the places of one line fall between those of the one before.
      phase = (phase + GOLDEN) % 1;
      lineNanos = phase * Math.min(count * nanosEach, (double) waitNanosMost);
    }
    return waitMsLeast + (long) (lineNanos / NANOS_PER_MS);
  }
}
