/**
 * Publishes all rows of the outbox again, as the next incarnation: after topics were lost, after a
 * restore, after a lost slot. Reads: the outbox in one snapshot, the old log of events for its
 * order, the ends of both topics. Writes: {@code tailrace.incarnation}, the next slot, the outbox
 * topic with an end mark in every partition; drops the slots before. Thread: the caller's. Bound:
 * one batch of rows in memory; sorting is PostgreSQL's, on disk. When full: waits for Kafka. Fails:
 * {@link io.tailrace.relay.slot.SlotException} with the repair; what was begun stays unfinished and
 * is begun again under the next number.
 */
@NullMarked
package io.tailrace.relay.rebuild;

import org.jspecify.annotations.NullMarked;
