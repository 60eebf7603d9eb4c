/**
 * Connections, who speaks on them, what they have subscribed to, and by what they may read it.
 * Reads: frames of clients, the clock that is handed in. Writes: answers into the connection's
 * queue, decisions to close. Thread: the I/O thread that owns the shard. Bound: subscriptions per
 * connection, frames per second, answers in bytes. When full: the request is refused, or the
 * connection is closed with the code that the table of problems gives. Fails: never.
 */
@NullMarked
package io.tailrace.gateway.session;

import org.jspecify.annotations.NullMarked;
