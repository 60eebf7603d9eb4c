/**
 * How connections leave a gateway that leaves: each at a time of its own, spread evenly. Reads: the
 * connections of a shard, the clock that is handed in. Writes: {@code drain} into their queues,
 * decisions to close. Thread: the I/O thread that owns the shard. Bound: the time until the
 * deadline; so many are told in one turn. When full: those who are left at the deadline are closed
 * with 1001. Fails: never.
 */
@NullMarked
package io.tailrace.gateway.drain;

import org.jspecify.annotations.NullMarked;
