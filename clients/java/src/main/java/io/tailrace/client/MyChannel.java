package io.tailrace.client;

import org.jspecify.annotations.Nullable;

/**
 * A channel of the user, with how far they have read it.
 *
 * @param head the seq of its last event
 * @param read the seq up to which the user has read, on whatever device
 * @param unread {@code head - read}
 * @param role what the user is in it; null where no member
 */
public record MyChannel(String channel, long head, long read, long unread, @Nullable String role) {}
