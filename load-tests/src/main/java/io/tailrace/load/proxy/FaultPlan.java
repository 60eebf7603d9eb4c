package io.tailrace.load.proxy;

/** Which connection suffers what. A proxy asks it from one thread at a time. */
@FunctionalInterface
public interface FaultPlan {

  /**
   * What the next connection suffers.
   *
   * @param isLive whether it carries live events, else history
   */
  Fault next(boolean isLive);
}
