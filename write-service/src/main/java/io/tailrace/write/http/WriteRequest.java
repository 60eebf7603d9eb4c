package io.tailrace.write.http;

import org.jspecify.annotations.Nullable;

/**
 * A request, freed of HTTP.
 *
 * @param token as it stood behind {@code Bearer}; empty where there was none
 * @param key the Idempotency-Key
 * @param waitForSeq whether the answer waits for the seq
 */
@SuppressWarnings("ArrayRecordComponent") // the body is handed on, never compared
record WriteRequest(
    Target target,
    byte[] body,
    String token,
    @Nullable String key,
    String traceparent,
    boolean waitForSeq) {}
