package io.tailrace.schemas.problem;

import java.util.LinkedHashMap;
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

  /**
   * The one refusal of a channel that somebody may not read, whoever says it: a hidden channel, one
   * that does not exist and a kind that does not exist are not told apart.
   */
  public static final Problem UNREADABLE =
      of(
          ProblemCode.FORBIDDEN,
          "this token may not read this channel, or the channel is its members' alone, or there is"
              + " no such kind of channel");

  /** What is said where a refusal that passes by itself names no time, in milliseconds. */
  private static final long RETRY_AFTER_DEFAULT_MS = 1000;

  /**
   * Copies the extras. A refusal of {@link ProblemCode.Retry#AFTER} always says when to try again,
   * so that no caller has to guess.
   */
  public Problem {
    if (code.retry() == ProblemCode.Retry.AFTER && !extras.containsKey(RETRY_AFTER_MS)) {
      extras = new LinkedHashMap<>(extras);
      extras.put(RETRY_AFTER_MS, RETRY_AFTER_DEFAULT_MS);
    }
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
