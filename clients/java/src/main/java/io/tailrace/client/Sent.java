package io.tailrace.client;

import org.jspecify.annotations.Nullable;

/**
 * A write that is committed.
 *
 * @param id the event's id
 * @param epoch null where only the commit is known
 * @param seq null where only the commit is known
 * @param byEvent whether the event came before the answer did
 */
public record Sent(String id, @Nullable Integer epoch, @Nullable Long seq, boolean byEvent) {}
