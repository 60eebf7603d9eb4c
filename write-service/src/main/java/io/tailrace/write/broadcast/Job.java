package io.tailrace.write.broadcast;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Where a broadcast stands. Times are RFC 3339 UTC in microseconds.
 *
 * @param state waiting, running, done, cancelled or failed
 * @param reached channels that have the event
 * @param failure why it failed; null where it did not
 */
public record Job(
    UUID id,
    String author,
    String type,
    String reason,
    String state,
    int reached,
    int total,
    @Nullable String failure,
    String createdAt,
    @Nullable String finishedAt) {}
