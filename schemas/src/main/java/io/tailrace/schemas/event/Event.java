package io.tailrace.schemas.event;

import io.tailrace.schemas.name.Channel;

/**
 * One committed fact with its place in the channel.
 *
 * @param epoch names one numbering of the whole log; from 1, ordered
 * @param seq place in the channel: 1, 2, 3 … without gap
 * @param chain running hash over the channel up to this event, see {@link Chain}
 * @param data the writer's JSON, byte for byte
 */
@SuppressWarnings("ArrayRecordComponent") // bytes are handed on, never compared or changed
public record Event(
    Channel channel, Envelope envelope, int epoch, long seq, long chain, byte[] data) {}
