package io.tailrace.client.send;

import io.tailrace.client.Draft;

/**
 * One write.
 *
 * @param key idempotency key, and the event's id
 * @param queuedMs when the application wanted it, by the wall clock
 */
public record SendItem(String key, Draft draft, long queuedMs) {}
