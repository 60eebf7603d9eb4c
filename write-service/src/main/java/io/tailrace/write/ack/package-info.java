/**
 * From a commit to its seq: follows the committed events and wakes who waits for one of them.
 * Reads: {@code tailrace.events}, read_committed, from its end at the start. Writes: nothing.
 * Thread: one follows, one searches for older events; any thread waits. Bound: waiters by the
 * requests under way, remembered events, searches that wait. When full: the oldest event is
 * forgotten; a search is refused, which makes the answer a 202. Fails: while Kafka is away nobody
 * learns a seq; writes are answered 202 and the service is not ready.
 */
@NullMarked
package io.tailrace.write.ack;

import org.jspecify.annotations.NullMarked;
