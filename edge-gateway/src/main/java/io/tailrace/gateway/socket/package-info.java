/**
 * WebSockets on the upgraded channel: handshake, frames of clients, close frames. Reads: requests,
 * bytes of clients. Writes: answers to handshakes. Thread: the I/O thread of the connection. Bound:
 * connections and handshakes per second, of the gateway and of each address, tenant, user and
 * device; bytes per message. When full: 503 or 429 with {@code Retry-After} before the upgrade,
 * 4429 where it is known later whose bound it is; 4413 for a message. Fails: a client that breaks
 * the protocol is closed with 4400.
 */
@NullMarked
package io.tailrace.gateway.socket;

import org.jspecify.annotations.NullMarked;
