package io.tailrace.gateway.subscribe;

import io.tailrace.gateway.session.Membership;

/** How a subscription begins, or why it does not. */
sealed interface JoinOutcome {
  /** The answer does not fit what the window shows: ask again later. */
  record NotReady(String why) implements JoinOutcome {}

  /** Members have changed above the answer, and it matters: the stores are to have that too. */
  record TooEarly() implements JoinOutcome {}

  /** The client has more than anybody here knows of. */
  record Ahead(int epoch, long head) implements JoinOutcome {}

  /** What the client holds above {@code after} is void. */
  record Voided(int epoch, long after) implements JoinOutcome {}

  /**
   * Events follow from {@code after}+1.
   *
   * @param replay whether the window has all of them; if not, those up to head are read over HTTP
   * @param whole whether the window ends with what the stores do not contradict
   * @param standing as what the user may read, as of head
   */
  record Start(
      int epoch, long head, long after, boolean replay, boolean whole, Membership.Standing standing)
      implements JoinOutcome {}
}
