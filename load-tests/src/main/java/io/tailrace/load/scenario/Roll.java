package io.tailrace.load.scenario;

import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * A stretch of a rolling restart: that of one service, or the quiet before.
 *
 * @param service its process's name
 * @param stop how it ended
 * @param readyMs from its second start until it was ready
 * @param waits from commit to socket, microseconds, from the signal until the next one
 * @param counts what happened in the load meanwhile, by name
 */
public record Roll(
    String service, Stop stop, long readyMs, Histogram waits, Map<String, Long> counts) {

  /**
   * @param code of the exit
   */
  public record Stop(long ms, int code) {}

  @Override
  public String toString() {
    return "%s: exit %d after %d ms, ready after %d ms, p99 %.1f ms of %d, %s"
        .formatted(
            service, stop.code(), stop.ms(), readyMs, waitMs(99), waits.getTotalCount(), counts);
  }

  /** How often this happened. */
  public long count(String name) {
    return counts.getOrDefault(name, 0L);
  }

  /** Milliseconds. */
  public double waitMs(double percentile) {
    return waits.getValueAtPercentile(percentile) / 1_000.0;
  }
}
