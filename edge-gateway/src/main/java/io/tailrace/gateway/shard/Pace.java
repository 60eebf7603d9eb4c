package io.tailrace.gateway.shard;

/**
 * How soon a shard turns again. A turn costs one write per subscriber, however little there is to
 * write; so after a long turn the next one waits a while and takes more at once, and after a short
 * one it does not wait at all. Owned by the shard's thread.
 */
public final class Pace {
  private static final long NANOS_PER_MS = 1_000_000;

  private final double restFactor;
  private final long restNanosMax;
  private final long freeNanos;
  private long nextNanos = Long.MIN_VALUE;

  /**
   * A pace.
   *
   * @param restFactor rest after a turn, in lengths of that turn
   * @param restMsMax longest rest
   * @param freeMs a turn shorter than this needs no rest
   */
  public Pace(double restFactor, long restMsMax, long freeMs) {
    this.restFactor = restFactor;
    this.restNanosMax = restMsMax * NANOS_PER_MS;
    this.freeNanos = freeMs * NANOS_PER_MS;
  }

  /** How long to rest from now, in milliseconds; 0 for not at all. */
  long restMs(long nowNanos) {
    if (nextNanos == Long.MIN_VALUE) {
      return 0;
    }
    long rest = nextNanos - nowNanos;
    return rest <= 0 ? 0 : (rest + NANOS_PER_MS - 1) / NANOS_PER_MS;
  }

  /** A turn has been taken. */
  void turned(long startNanos, long endNanos) {
    long took = endNanos - startNanos;
    nextNanos =
        took < freeNanos
            ? Long.MIN_VALUE
            : endNanos + Math.min(restNanosMax, (long) (took * restFactor));
  }
}
