package io.tailrace.relay.slot;

import io.tailrace.schemas.event.Position;

/**
 * The last record of a partition of the outbox topic that the sequencer accepts.
 *
 * @param id the row's id
 * @param committedMs the row's commit time, milliseconds since 1970
 */
public record LastAccepted(int partition, Position position, String id, long committedMs) {}
