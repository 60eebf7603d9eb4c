package io.tailrace.write.admin;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request, freed of HTTP.
 *
 * @param method which the target takes
 * @param parameters of the query, each with its one value
 * @param reason the field {@code Audit-Reason}
 */
@SuppressWarnings("ArrayRecordComponent") // the body is handed on, never compared
record AdminRequest(
    AdminTarget target,
    String method,
    Map<String, String> parameters,
    byte[] body,
    String token,
    @Nullable String key,
    @Nullable String reason,
    String traceparent) {}
