package io.tailrace.write.member;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What became of a change of a member. */
public sealed interface MemberResult {
  /** It is durable, and so is its event. */
  record Changed() implements MemberResult {}

  /**
   * It was so before; nothing was written.
   *
   * @param event id of the event that made it so; null where the user never was a member
   * @param at when
   */
  record Same(@Nullable String event, @Nullable Instant at) implements MemberResult {}

  /** The author may not. Nothing was written. */
  record Forbidden() implements MemberResult {}

  /** Not decided in time, or the database could not be reached; it may have happened. */
  record Unavailable(String detail) implements MemberResult {}

  /** A fault that no retry cures. Nothing was written. */
  record Broken() implements MemberResult {}
}
