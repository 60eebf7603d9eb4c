/**
 * Sockets and HTTP calls.
 *
 * <ul>
 *   <li>Reads: the network.
 *   <li>Writes: what it read, to a {@link io.tailrace.client.link.Link.Receiver}; requests.
 *   <li>Thread: receivers are called from network threads and may block them; that is how a slow
 *       reader slows the server.
 *   <li>Bound: one frame at a time is asked for; a frame and an answer have a size limit.
 *   <li>When full: nothing more is read from the socket.
 *   <li>Fails: a link that breaks says so once and is never used again.
 * </ul>
 */
@NullMarked
package io.tailrace.client.link;

import org.jspecify.annotations.NullMarked;
