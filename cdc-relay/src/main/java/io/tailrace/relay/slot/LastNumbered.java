package io.tailrace.relay.slot;

/**
 * The last event of a partition of the log that belongs to the slot's incarnation. The log keeps
 * events longer than the outbox topic keeps rows, so after a long silence it alone knows what was
 * accepted.
 *
 * @param id the row's id
 * @param committedMs the row's commit time, milliseconds since 1970
 */
public record LastNumbered(int partition, String id, long committedMs) {}
