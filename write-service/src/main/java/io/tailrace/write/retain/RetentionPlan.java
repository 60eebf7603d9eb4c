package io.tailrace.write.retain;

import java.time.Duration;

/**
 * What is kept how long.
 *
 * @param events the longest retention of any kind, since all kinds share a day's partition
 * @param keys idempotency keys
 * @param daysAhead partitions made before they are needed, today's included
 */
public record RetentionPlan(Duration events, Duration keys, int daysAhead) {
  /**
   * Age at which the event of a member is written again. The events of all members are to be
   * younger than half the retention; a tenth of it is left for the writing.
   */
  Duration memberEventsMax() {
    return events.multipliedBy(4).dividedBy(10);
  }
}
