/**
 * What a follower of one channel does next: a pure state machine, no I/O, no clock, no randomness.
 *
 * <ul>
 *   <li>Reads: {@link io.tailrace.client.channel.ChannelInput}.
 *   <li>Writes: {@link io.tailrace.client.channel.ChannelAction}, carried out by the caller.
 *   <li>Thread: none of its own; states are values.
 *   <li>Bound: the catch-up buffer, in events.
 *   <li>When full: the channel subscribes again when the catch-up is done.
 *   <li>Fails: never throws; a chain that stays broken ends the subscription.
 * </ul>
 */
@NullMarked
package io.tailrace.client.channel;

import org.jspecify.annotations.NullMarked;
