package io.tailrace.client;

import org.jspecify.annotations.Nullable;

/**
 * The answer to a write.
 *
 * @param seq null where the commit is certain and the place not known yet
 * @param replayed whether this key had been answered before
 */
public record Published(
    String channel,
    String id,
    @Nullable Integer epoch,
    @Nullable Long seq,
    String time,
    @Nullable String traceId,
    boolean replayed) {}
