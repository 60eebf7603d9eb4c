package io.tailrace.client;

import io.tailrace.client.channel.ChannelAction;
import io.tailrace.client.channel.ChannelCore;
import io.tailrace.client.channel.ChannelInput;
import io.tailrace.client.channel.ChannelState;
import io.tailrace.client.channel.Decision;
import io.tailrace.client.channel.Phase;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One followed channel: holds the state, tells the listener, passes requests on. Owned by the loop
 * thread.
 */
final class Follower {
  private final String channel;
  private final ChannelCore core;
  private final ChannelListener listener;
  private final BiConsumer<Follower, ChannelAction.Request> requests;
  private ChannelState state;
  private boolean askDue = true;

  Follower(
      String channel,
      @Nullable Place from,
      int bufferEvents,
      ChannelListener listener,
      BiConsumer<Follower, ChannelAction.Request> requests) {
    this.channel = channel;
    this.core = new ChannelCore(channel, bufferEvents);
    this.listener = listener;
    this.requests = requests;
    this.state = ChannelState.begin(from, listener.canRollBack());
  }

  String channel() {
    return channel;
  }

  @Nullable Place applied() {
    return state.applied();
  }

  int attempts() {
    return state.attempts();
  }

  /** Whether a subscribe is to be sent as soon as there is a connection. */
  boolean wantsAsk() {
    return askDue && state.phase() instanceof Phase.Idle;
  }

  void askNow() {
    askDue = true;
  }

  /** The next subscribe waits for {@link #askNow()}. */
  void askLater() {
    askDue = false;
  }

  boolean ended() {
    return state.phase() instanceof Phase.Ended;
  }

  boolean waitsFor(long ref) {
    return state.phase() instanceof Phase.Waiting(long asked) && asked == ref;
  }

  void take(ChannelInput input) {
    Decision decision = core.decide(state, input);
    state = decision.state();
    for (ChannelAction action : decision.actions()) {
      switch (action) {
        case ChannelAction.Deliver a -> listener.onEvent(a.event());
        case ChannelAction.TellLive a -> listener.onLive(a.epoch(), a.head());
        case ChannelAction.TellReset a -> listener.onReset(a.epoch(), a.after());
        case ChannelAction.TellSnapshot a -> listener.onSnapshot(a.snapshot());
        case ChannelAction.TellTrouble a -> listener.onTrouble(a.trouble(), a.detail());
        case ChannelAction.TellEnded a -> listener.onEnded(a.code(), a.detail());
        case ChannelAction.Request a -> requests.accept(this, a);
      }
    }
  }
}
