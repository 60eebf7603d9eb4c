package io.tailrace.client;

import org.jspecify.annotations.Nullable;

/**
 * Somebody's latest signal of one type, such as typing or a cursor.
 *
 * @param device null where the sender named none
 * @param data JSON text
 */
public record Signal(String user, @Nullable String device, String type, String data) {}
