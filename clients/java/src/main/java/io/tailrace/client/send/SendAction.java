package io.tailrace.client.send;

import io.tailrace.client.RefusedException.Problem;
import org.jspecify.annotations.Nullable;

/** What the caller does next, in this order. */
public sealed interface SendAction {
  /** Send it now; its answer carries the attempt. */
  record Post(long attempt, SendItem item) implements SendAction {}

  /** Say {@link SendInput.Due} after a pause that grows with {@code failures}. */
  record Pause(long attempt, int failures, long waitMsMin) implements SendAction {}

  /**
   * It is committed.
   *
   * @param seq null where only the commit is known
   * @param byEvent whether the event told it, before an answer did
   */
  record Settle(SendItem item, @Nullable Integer epoch, @Nullable Long seq, boolean byEvent)
      implements SendAction {}

  /** It is not, and will not be by this client. */
  record GiveBack(SendItem item, Problem problem) implements SendAction {}
}
