package io.tailrace.client;

import io.tailrace.client.channel.Trouble;

/** What a follower of one channel is told. All calls come from the client's loop thread. */
public interface ChannelListener {
  /** Each event once, in order of seq. */
  void onEvent(ChannelEvent event);

  /** Everything up to the head at subscribe time has been delivered; what follows is live. */
  default void onLive(int epoch, long head) {}

  /**
   * What you hold above {@code after} is void (0: all of it); events follow from {@code after}+1. A
   * follower that {@link #canRollBack()} says cannot go back to a seq always gets 0.
   */
  default void onReset(int epoch, long after) {}

  /**
   * History before it is gone: this state replaces all that you hold; events follow from its seq +
   * 1.
   */
  default void onSnapshot(Snapshot snapshot) {}

  /** Something went wrong that the client is already repairing; for counters and for people. */
  default void onTrouble(Trouble trouble, String detail) {}

  /** The subscription is over: {@code code} says why. Subscribe again if that may change. */
  default void onEnded(String code, String detail) {}

  /** Whether the follower can drop the events above a seq and keep those below. */
  default boolean canRollBack() {
    return false;
  }
}
