package io.tailrace.client.channel;

import io.tailrace.client.ChannelEvent;
import io.tailrace.client.Snapshot;

/** What the caller does next, in this order. */
public sealed interface ChannelAction {
  /** Give the event to the follower. */
  record Deliver(ChannelEvent event) implements ChannelAction {}

  /** Tell the follower that it has everything up to {@code head}. */
  record TellLive(int epoch, long head) implements ChannelAction {}

  /** Tell the follower that what it holds above {@code after} is void. */
  record TellReset(int epoch, long after) implements ChannelAction {}

  /** Give the follower the state that replaces what it holds. */
  record TellSnapshot(Snapshot snapshot) implements ChannelAction {}

  /** Tell the follower what is being repaired. */
  record TellTrouble(Trouble trouble, String detail) implements ChannelAction {}

  /** Tell the follower that it is over. */
  record TellEnded(String code, String detail) implements ChannelAction {}

  /** Tell the server, over this link, that nothing more is wanted. */
  record Unsubscribe(long link) implements ChannelAction {}

  /**
   * What takes the network: begun after a pause that grows with {@code attempt}, at least {@code
   * waitMsMin}.
   */
  sealed interface Request extends ChannelAction {
    /** 0: at once; else the n-th try in a row. */
    int attempt();

    /** The shortest pause, as the server asked for it. */
    long waitMsMin();
  }

  /** Subscribe again. */
  record AskAgain(int attempt, long waitMsMin) implements Request {}

  /** Read events after {@code after}, waiting until history has {@code minSeq}. */
  record ReadPage(long request, int epoch, long after, long minSeq, int attempt, long waitMsMin)
      implements Request {}

  /** Read from when on the contract offers the snapshot. */
  record ReadContract(long request, int attempt, long waitMsMin) implements Request {}

  /** Read the snapshot. */
  record ReadSnapshot(long request, int attempt, long waitMsMin) implements Request {}
}
