package io.tailrace.schemas.event;

import org.jspecify.annotations.Nullable;

/**
 * What is said about an event besides its data: the CloudEvents attributes.
 *
 * @param id a UUID in its usual text form, unique per event
 * @param type as the kind's contract names it, such as {@code message.posted}
 * @param entity key of the entity that the event is the latest state of, where it has one
 * @param author the user who wrote it, where one did
 * @param time commit time, RFC 3339 UTC in microseconds; for display, never for order
 * @param traceparent W3C trace context of the write, where there is one
 */
public record Envelope(
    String id,
    String type,
    @Nullable String entity,
    @Nullable String author,
    String time,
    @Nullable String traceparent) {

  /** The 32 hex digits of the trace id, or null where the event carries no valid trace context. */
  public @Nullable String traceId() {
    return traceparent == null || traceparent.length() < 35 ? null : traceparent.substring(3, 35);
  }
}
