/**
 * What {@code tailrace doctor} looks at: the services' health, the slot, topics, groups, partitions
 * of the outbox, and whether every committed row was sequenced.
 *
 * <p>Reads: {@code /health/ready} and {@code /metrics}, PostgreSQL's catalogue and {@code
 * tailrace.outbox}, Kafka's topics and groups. Writes: nothing. Thread: the caller's. Bound: rows
 * and records looked at, and the wait for each answer. When full: says that it has not seen all,
 * and finds nothing missing. Fails: what cannot be asked is a finding itself.
 */
@NullMarked
package io.tailrace.standalone.doctor;

import org.jspecify.annotations.NullMarked;
