package io.tailrace.client.send;

import io.tailrace.client.Published;
import io.tailrace.client.RefusedException.Problem;

/** What happens to the writes of a channel. */
public sealed interface SendInput {
  /** The application wants this written, after all that it wanted before. */
  record Queued(SendItem item) implements SendInput {}

  /** The server has committed the write. */
  record Answered(long attempt, Published published) implements SendInput {}

  /**
   * The server has refused it, or no answer came.
   *
   * @param again whether the same may succeed later, or may have succeeded
   */
  record Failed(long attempt, Problem problem, boolean again) implements SendInput {}

  /** The event has been delivered; where it is a write of ours, its id is the key. */
  record Seen(String id, int epoch, long seq) implements SendInput {}

  /** The pause before this attempt is over. */
  record Due(long attempt) implements SendInput {}

  /** The network is said to work again. */
  record Online() implements SendInput {}
}
