package io.tailrace.write.http;

import org.jspecify.annotations.Nullable;

/**
 * A request about members, freed of HTTP.
 *
 * @param verb what is asked for
 * @param token as it stood behind {@code Bearer}; empty where there was none
 * @param waitForSeq of a change: whether the answer waits for the seq
 * @param limit of a list: members at most
 * @param after of a list: the name behind which it begins; empty: from the beginning
 * @param reason of a change: why, as the audit keeps it
 */
@SuppressWarnings("ArrayRecordComponent") // the body is handed on, never compared
record MemberCall(
    Verb verb,
    @Nullable String channel,
    @Nullable String user,
    byte[] body,
    String token,
    String traceparent,
    boolean waitForSeq,
    int limit,
    String after,
    @Nullable String reason) {
  /** What can be asked for. */
  enum Verb {
    /** Give a role. */
    SET,
    /** Take out. */
    REMOVE,
    /** Tell one. */
    ONE,
    /** Tell all. */
    LIST
  }
}
