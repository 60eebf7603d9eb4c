package io.tailrace.schemas.problem;

import java.util.Map;

/**
 * One refusal.
 *
 * @param detail what was wrong and what to do, for people; holds no secret and no payload
 * @param extras further members of the problem document, such as {@code pointer}, {@code
 *     retryAfterMs}, {@code snapshot}
 */
public record Problem(ProblemCode code, String detail, Map<String, Object> extras) {
  /** Name of the extra that says when to try again, in milliseconds. */
  public static final String RETRY_AFTER_MS = "retryAfterMs";

  /** Copies the extras. */
  public Problem {
    extras = Map.copyOf(extras);
  }

  /** Without extras. */
  public static Problem of(ProblemCode code, String detail) {
    return new Problem(code, detail, Map.of());
  }

  /** With one extra. */
  public static Problem of(ProblemCode code, String detail, String name, Object value) {
    return new Problem(code, detail, Map.of(name, value));
  }

  /** A refusal that says when to try again. */
  public static Problem retryAfter(ProblemCode code, String detail, long retryAfterMs) {
    return new Problem(code, detail, Map.of(RETRY_AFTER_MS, retryAfterMs));
  }
}
