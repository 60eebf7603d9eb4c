package io.tailrace.catchup.read;

import io.tailrace.schemas.problem.Problem;
import org.jspecify.annotations.Nullable;

/** What a request gets. */
public sealed interface Answer {
  /** JSON of one moment, not to be cached. */
  @SuppressWarnings("ArrayRecordComponent") // bytes are sent, never compared or changed
  record Json(byte[] body) implements Answer {}

  /**
   * A body in pieces.
   *
   * @param mediaType of the body
   * @param tag strong ETag without quotes where the body never changes; null: not to be cached
   */
  record Parts(String mediaType, @Nullable String tag, Pieces pieces) implements Answer {}

  /** A refusal. */
  record Refused(Problem problem) implements Answer {}
}
