/**
 * A network between a subscriber and the system that breaks on purpose: connections are cut at
 * chosen places of the conversation, stand still, are slow, or are collected as some proxies do.
 *
 * <p>Reads: what both sides send, as bytes. Writes: the same bytes to the other side, until the
 * fault's moment. Thread: two virtual ones a connection and one that accepts. Bound: {@link
 * io.tailrace.load.proxy.FaultProxy#CONNECTIONS_MAX} connections, one chunk in each direction; each
 * stillness has a length. When full: a connection more is closed at once, which its client sees as
 * one more cut. Fails: a system that cannot be reached is a closed connection, never an exception.
 */
@NullMarked
package io.tailrace.load.proxy;

import org.jspecify.annotations.NullMarked;
