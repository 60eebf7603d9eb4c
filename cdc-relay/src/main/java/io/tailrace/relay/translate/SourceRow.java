package io.tailrace.relay.translate;

import org.jspecify.annotations.Nullable;

/**
 * One inserted row of {@code tailrace.outbox} with what the stream says about its transaction.
 *
 * @param xid the transaction, unsigned 32 bits
 * @param previousCommit end LSN of the last commit (or relay message) that this stream brought
 *     before the row's transaction; null where it brought none yet
 * @param commitMicros commit time of the transaction, microseconds since 1970
 */
public record SourceRow(
    String id,
    String tenant,
    String channel,
    String type,
    @Nullable String entity,
    @Nullable String author,
    String data,
    @Nullable String traceparent,
    long xid,
    @Nullable Long previousCommit,
    long commitMicros) {}
