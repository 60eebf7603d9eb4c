/**
 * In which order, and how often, a channel's writes are sent: a pure state machine, no I/O, no
 * clock, no randomness.
 *
 * <ul>
 *   <li>Reads: {@link io.tailrace.client.send.SendInput}.
 *   <li>Writes: {@link io.tailrace.client.send.SendAction}, carried out by the caller.
 *   <li>Thread: none of its own; states are values.
 *   <li>Bound: the caller's, on how many writes are queued.
 *   <li>When full: the caller refuses the write.
 *   <li>Fails: a write that is refused, or too old to be repeated, is given back.
 * </ul>
 */
@NullMarked
package io.tailrace.client.send;

import org.jspecify.annotations.NullMarked;
