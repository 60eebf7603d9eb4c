/**
 * Reads all partitions of {@code tailrace.events} as they are written, before transactions commit.
 * Reads: Kafka, from 30 s back, without a group. Writes: batches of frames to every shard. Thread:
 * one of its own. Bound: records per poll; windows in age and bytes. When full: waits for the shard
 * whose inbox is full, and counts it. Fails: where Kafka refuses for good, the gateway is not
 * ready, ends its connections with 1012, and reads anew after a pause that grows, its windows begun
 * anew.
 */
@NullMarked
package io.tailrace.gateway.tail;

import org.jspecify.annotations.NullMarked;
