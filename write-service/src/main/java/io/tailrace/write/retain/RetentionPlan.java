package io.tailrace.write.retain;

import java.time.Duration;

/**
 * What is kept how long.
 *
 * @param events the longest retention of any kind, since all kinds share a day's partition
 * @param keys idempotency keys
 * @param daysAhead partitions made before they are needed, today's included
 */
public record RetentionPlan(Duration events, Duration keys, int daysAhead) {}
