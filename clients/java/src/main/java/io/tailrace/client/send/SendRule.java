package io.tailrace.client.send;

/** The rules of {@link SendCore}; the simulation takes one out at a time and has to fail. */
enum SendRule {
  /** One write of a channel at a time, so that they are committed in the order of the calls. */
  ONE_AT_A_TIME,
  /** An answer counts only for the latest attempt. */
  MATCHES_ANSWERS,
  /** What may have been committed, or may be yet, is sent again until that is known. */
  REPEATS,
  /** The event of a write settles it as well as the answer does. */
  SETTLES_BY_EVENT,
  /** What is refused for good is given back, and does not hold up the next ones. */
  GIVES_BACK,
  /** What is older than the server remembers its key is not sent again. */
  NEVER_REPEATS_THE_FORGOTTEN
}
