/**
 * Carries committed rows of {@code tailrace.outbox} to Kafka, in commit order, with positions.
 * Stages: lead, slot, tail, translate, publish. Reads: a replication slot. Writes: {@code
 * tailrace.outbox} and {@code tailrace.deadletter}. Thread: one leads, the engine's carry. Bound:
 * the rows decoded ahead, one batch in flight. When full: PostgreSQL keeps the WAL. Fails: by
 * halting its process, which a supervisor starts again; what was in flight then comes a second time
 * and is recognised by its position.
 */
@NullMarked
package io.tailrace.relay;

import org.jspecify.annotations.NullMarked;
