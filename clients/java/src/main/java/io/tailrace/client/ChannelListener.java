package io.tailrace.client;

import io.tailrace.client.channel.Trouble;
import java.util.List;
import java.util.Map;

/** What a follower of one channel is told. All calls come from the client's loop thread. */
public interface ChannelListener {
  /** Each event once, in order of seq. */
  void onEvent(ChannelEvent event);

  /** The channel's state has changed. */
  default void onStatus(ChannelStatus status) {}

  /**
   * What the client's cache holds of the channel, before anything else; the events that follow go
   * on from there. Only where the client has a cache and it knows the channel.
   */
  default void onCached(Cached cached) {}

  /** Everything up to the head at subscribe time has been delivered; what follows is live. */
  default void onLive(int epoch, long head) {}

  /**
   * What you hold above {@code after} is void (0: all of it); events follow from {@code after}+1. A
   * follower that {@link #canRollBack()} says cannot go back to a seq always gets 0.
   */
  default void onReset(int epoch, long after) {}

  /**
   * History before it is gone, or would take too long: this state replaces all that you hold;
   * events follow from its seq + 1. An entity may be newer than that seq: when an event of an
   * entity comes that is not above what you hold of it, keep what you hold.
   */
  default void onSnapshot(Snapshot snapshot) {}

  /**
   * What others signal now, whenever that changes: the latest of each user and type, those who
   * spoke last at the end. Each expires by itself after its contract's time.
   */
  default void onSignals(List<Signal> signals) {}

  /**
   * How far everybody has read, this user too, whenever that changes: by user, the seq. The
   * thousand who have moved last; complete where {@link #wantsReceipts()}, else those who have
   * moved since.
   */
  default void onReceipts(Map<String, Long> read) {}

  /** Something went wrong that the client is already repairing; for counters and for people. */
  default void onTrouble(Trouble trouble, String detail) {}

  /** The subscription is over: {@code code} says why. Subscribe again if that may change. */
  default void onEnded(String code, String detail) {}

  /**
   * Whether a snapshot is wanted in place of the events, where there are more of them than the
   * channel's contract finds worth replaying. Where history is gone there is no choice.
   */
  default boolean prefersSnapshot() {
    return false;
  }

  /** Whether it is read how far everybody has read, in every subscription anew. */
  default boolean wantsReceipts() {
    return false;
  }

  /** Whether the follower can drop the events above a seq and keep those below. */
  default boolean canRollBack() {
    return false;
  }
}
