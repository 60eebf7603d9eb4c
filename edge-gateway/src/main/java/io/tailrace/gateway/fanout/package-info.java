/**
 * From one feed to many queues. Reads: batches of frames, frames of clients, answers of the stores.
 * Writes: references into the queues of connections. Thread: one I/O thread per shard; a shard owns
 * its connections, its subscriptions and its windows, so nothing is locked. Bound: connections,
 * queues, windows and the inbox each have theirs. When full: the inbox makes the tail wait, which
 * is counted; a queue makes its subscription {@code behind}. Fails: never.
 */
@NullMarked
package io.tailrace.gateway.fanout;

import org.jspecify.annotations.NullMarked;
