package io.tailrace.schemas.token;

import io.tailrace.schemas.problem.ProblemCode;

/** What became of a token. */
public sealed interface TokenResult {
  /** It is valid. */
  record Accepted(Identity identity) implements TokenResult {}

  /** It is not; the detail says what to do and holds nothing of the token. */
  record Refused(ProblemCode code, String detail) implements TokenResult {}
}
