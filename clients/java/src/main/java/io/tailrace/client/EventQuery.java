package io.tailrace.client;

import org.jspecify.annotations.Nullable;

/**
 * What to read of a channel's history.
 *
 * @param after the seq before the first event wanted
 * @param limit most events in one answer, at most 1000
 * @param epoch refuse the answer of any other epoch; null: whichever it is
 * @param minSeq wait, for as long as the server does, until history has this seq; 0: do not wait
 * @param waitMs wait so long for events above {@code after}; 0: do not wait
 */
public record EventQuery(long after, int limit, @Nullable Integer epoch, long minSeq, long waitMs) {
  /** Most events that the server gives at once. */
  public static final int LIMIT_MAX = 1000;

  /** Everything after a seq, without waiting. */
  public static EventQuery after(long seq) {
    return new EventQuery(seq, LIMIT_MAX, null, 0, 0);
  }

  String toQuery() {
    StringBuilder query =
        new StringBuilder("?after=").append(after).append("&limit=").append(limit);
    if (epoch != null && epoch > 0) {
      query.append("&epoch=").append(epoch);
    }
    if (minSeq > 0) {
      query.append("&minSeq=").append(minSeq);
    }
    if (waitMs > 0) {
      query.append("&waitMs=").append(waitMs);
    }
    return query.toString();
  }
}
