package io.tailrace.write.limit;

import io.tailrace.schemas.problem.Problem;
import io.tailrace.schemas.problem.ProblemCode;
import org.jspecify.annotations.Nullable;

/** What became of a wish to write. */
public sealed interface Taken {
  /** Where the caller stands; null where no kind with a contract was named. */
  @Nullable Quota quota();

  /** Go on. */
  record Granted(@Nullable Quota quota) implements Taken {}

  /**
   * Not now; nothing was counted.
   *
   * @param retryAfterMs when the same wish will be granted, if nobody else asks meanwhile
   */
  record Limited(Quota quota, long retryAfterMs) implements Taken {
    /** The refusal, with Retry-After. */
    public Problem problem() {
      return Problem.retryAfter(
          ProblemCode.RATE_LIMITED,
          "the limit "
              + quota.policy()
              + " is "
              + quota.perSecond()
              + " events per second; nothing was written, send the same request again after"
              + " retryAfterMs",
          retryAfterMs);
    }
  }
}
