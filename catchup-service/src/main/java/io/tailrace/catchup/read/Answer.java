package io.tailrace.catchup.read;

import io.tailrace.schemas.problem.Problem;
import org.jspecify.annotations.Nullable;

/** What a request gets. */
public sealed interface Answer {
  /**
   * JSON.
   *
   * @param tag strong ETag without quotes where the answer never changes; null: not to be cached
   */
  @SuppressWarnings("ArrayRecordComponent") // bytes are sent, never compared or changed
  record Json(byte[] body, @Nullable String tag) implements Answer {
    /** An answer that changes. */
    public static Json changing(byte[] body) {
      return new Json(body, null);
    }
  }

  /**
   * A body in pieces.
   *
   * @param mediaType of the body
   * @param tag as for {@link Json}
   */
  record Parts(String mediaType, @Nullable String tag, Pieces pieces) implements Answer {}

  /** A refusal. */
  record Refused(Problem problem) implements Answer {}
}
