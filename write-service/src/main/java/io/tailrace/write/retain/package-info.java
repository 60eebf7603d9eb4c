/**
 * Keeps the tables from growing without end. Reads: contracts' retention. Writes: partitions of
 * {@code tailrace.outbox}, rows of {@code tailrace.written}, the events of {@code tailrace.member}.
 * Thread: one; of several services only the one that holds an advisory lock works. Bound: keys
 * deleted per statement, members per round, the wait for a lock. When full: the rest waits for the
 * next round. Fails: a round that fails is logged and repeated.
 */
@NullMarked
package io.tailrace.write.retain;

import org.jspecify.annotations.NullMarked;
