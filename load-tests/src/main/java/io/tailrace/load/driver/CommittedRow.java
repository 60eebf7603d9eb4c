package io.tailrace.load.driver;

import io.tailrace.schemas.event.Envelope;

/**
 * A row of the outbox as the WAL has it, in commit order.
 *
 * @param channel the full name, {@code tenant/kind:id}
 * @param data the JSON as it is stored, byte for byte
 */
public record CommittedRow(String channel, Envelope envelope, byte[] data) {}
