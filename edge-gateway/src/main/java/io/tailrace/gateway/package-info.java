/**
 * The edge gateway, in the order of an event's way: {@link io.tailrace.gateway.tail} reads it,
 * {@link io.tailrace.gateway.encode} makes its frame, {@link io.tailrace.gateway.fanout} finds who
 * wants it, {@link io.tailrace.gateway.lane} queues it, {@link io.tailrace.gateway.socket} and
 * {@link io.tailrace.gateway.sse} write it. Beside the way stand {@link io.tailrace.gateway.hub}
 * and {@link io.tailrace.gateway.ephemeral}, the way of what is not kept, {@link
 * io.tailrace.gateway.session}, {@link io.tailrace.gateway.subscribe}, {@link
 * io.tailrace.gateway.resume} and, at its end, {@link io.tailrace.gateway.drain}. Reads: the topics
 * of events and of ephemeral traffic, frames of clients. Writes: frames to clients, ephemeral
 * records, questions to the stores; never PostgreSQL, which hears nothing of readers. Thread: one
 * tail thread, one hub thread, and the I/O threads, of which each owns one shard. Bound: every
 * stage names its own. When full: every stage names its own. Fails: a gateway holds nothing that
 * cannot be lost; it ends, and clients resume on another.
 */
@NullMarked
package io.tailrace.gateway;

import org.jspecify.annotations.NullMarked;
