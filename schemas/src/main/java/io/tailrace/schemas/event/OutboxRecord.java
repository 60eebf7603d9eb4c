package io.tailrace.schemas.event;

import io.tailrace.schemas.name.Channel;

/**
 * A committed row on its way from the relay to the sequencer: it has a position, but no seq yet.
 *
 * @param data the writer's JSON, byte for byte
 */
@SuppressWarnings("ArrayRecordComponent") // bytes are handed on, never compared or changed
public record OutboxRecord(Channel channel, Envelope envelope, Position position, byte[] data) {}
