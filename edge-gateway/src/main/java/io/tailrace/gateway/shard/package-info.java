/**
 * Runs a shard on its I/O thread and writes to its sockets. Reads: the inbox, bytes of clients.
 * Writes: queues to sockets in one gathering write each, questions to the stores. Thread: the I/O
 * thread that owns the shard; the tail and the threads that ask the stores only put into the inbox.
 * Bound: the inbox; per connection its queue, the time that a write may stall, the time that a
 * close may take. When full: the tail waits; a connection that stalls is closed with 4409. Fails: a
 * broken connection is dropped; its client resumes.
 */
@NullMarked
package io.tailrace.gateway.shard;

import org.jspecify.annotations.NullMarked;
