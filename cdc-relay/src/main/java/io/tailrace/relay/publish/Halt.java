package io.tailrace.relay.publish;

import org.jspecify.annotations.Nullable;

/** Ends the process at once. A relay that may have a hole behind it must not append another row. */
@FunctionalInterface
public interface Halt {
  /**
   * Never returns: it ends the process, or in a test holds the calling thread for ever.
   *
   * @param reason what happened and what to do
   */
  void halt(String reason, @Nullable Throwable cause);
}
