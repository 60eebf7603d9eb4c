/**
 * Carries the decisions out in Kafka Streams: topic {@code tailrace.outbox} to {@code
 * tailrace.events} and {@code tailrace.deadletter}, partition by partition. Reads: the outbox
 * topic, two stores. Writes: the events topic, the dead-letter topic, the stores' changelogs; all
 * in one transaction with the offset. Thread: the Streams thread that has the partition. Bound: one
 * position and one epoch per partition, and 20 bytes per channel on disk, a cache in memory. When
 * full: the cache writes through. Fails: a stored state that does not belong to the log ends the
 * process.
 */
@NullMarked
package io.tailrace.sequencer.topology;

import org.jspecify.annotations.NullMarked;
