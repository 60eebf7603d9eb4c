package io.tailrace.gateway.subscribe;

import io.tailrace.schemas.problem.ProblemCode;
import org.jspecify.annotations.Nullable;

/** What became of a question to the stores. */
public sealed interface JoinAnswer {
  /** The registration that asked. */
  long number();

  /**
   * The stores' view of the channel, all from one position.
   *
   * @param head highest committed seq
   * @param position the replica has read all offsets below
   * @param visibleFrom the first seq that the subscriber may see
   * @param chainAtAfter the chain at the {@code after} that was asked for, null where it is not
   *     kept
   */
  record View(
      long number,
      int epoch,
      long head,
      long position,
      long visibleFrom,
      @Nullable Long chainAtAfter)
      implements JoinAnswer {}

  /** The subscriber may not, or not now. */
  record Refused(long number, ProblemCode code, String detail) implements JoinAnswer {}
}
