/**
 * From one feed to many queues. Reads: batches of frames, ephemeral frames, frames of clients,
 * answers of the stores. Writes: references into the queues of connections, ephemeral frames below
 * events. Thread: one I/O thread per shard; a shard owns its connections, its subscriptions and its
 * windows, so nothing is locked. Bound: connections, queues, windows and the inbox each have
 * theirs. When full: the inbox makes the tail wait, which is counted; a queue sheds what is
 * ephemeral, then makes its subscription {@code behind}; where all queues together hold too much,
 * the largest give. Fails: never.
 */
@NullMarked
package io.tailrace.gateway.fanout;

import org.jspecify.annotations.NullMarked;
