/**
 * The Java client: follows channels exactly once and in order across any disconnect, reads history,
 * publishes.
 *
 * <p>Stages, in an event's order: {@code link} (sockets and HTTP; {@code connection}, pure, says
 * which) > {@code wire} (bytes to messages) > {@code channel} and {@code lane} (what to do with
 * events, and with what goes beside them, pure) > this package (one thread that carries it out, and
 * the public entry) > {@code keep} (over a restart). Writes go the other way: this package > {@code
 * send} (in which order, pure) > {@code link}.
 *
 * <ul>
 *   <li>Reads: WebSocket or SSE, and history over HTTP.
 *   <li>Writes: subscribe frames, signals, receipts; events over HTTP; the cache.
 *   <li>Thread: one loop thread per client calls every listener; a slow listener slows the socket,
 *       nothing piles up.
 *   <li>Bound: {@link io.tailrace.client.ClientLimits}: the inbox, each channel's catch-up buffer,
 *       history requests under way, writes that wait, events that a cache keeps.
 *   <li>When full: the inbox makes the socket wait; a full catch-up buffer costs one more
 *       subscribe; a further write is refused; the cache keeps the latest.
 *   <li>Fails: lost connections are retried for ever with growing, jittered pauses; refusals go to
 *       the listener.
 * </ul>
 */
@NullMarked
package io.tailrace.client;

import org.jspecify.annotations.NullMarked;
