package io.tailrace.client;

import io.tailrace.client.channel.ChannelAction;
import io.tailrace.client.channel.ChannelCore;
import io.tailrace.client.channel.ChannelInput;
import io.tailrace.client.channel.ChannelState;
import io.tailrace.client.channel.Decision;
import io.tailrace.client.channel.Phase;
import org.jspecify.annotations.Nullable;

/**
 * One followed channel: holds the state, tells the listener, passes requests on. Owned by the loop
 * thread.
 */
final class Follower {
  private final String channel;
  private final ChannelCore core;
  private final ChannelListener listener;
  private final Surroundings around;
  private final ChannelMemory memory;
  private final Beside beside;
  private ChannelState state;
  private ChannelStatus told = ChannelStatus.CONNECTING;
  private boolean shedding;
  private boolean askDue = true;

  /** Whom a follower needs. */
  interface Surroundings extends Beside.Edges {
    /** Takes the network. */
    void request(Follower follower, ChannelAction.Request request);

    /** Nothing more is wanted over this link. */
    void unsubscribe(long link, String channel);

    /** An event is about to be delivered. */
    void delivering(ChannelEvent event);

    /** What is to be kept of the channel has changed. */
    void changed(Follower follower);
  }

  /** Where it begins and how much it may hold. */
  record Begin(@Nullable Place from, @Nullable Cached cached, int bufferEvents, int cacheEvents) {}

  Follower(String channel, Begin begin, ChannelListener listener, Surroundings around) {
    this.channel = channel;
    this.core = new ChannelCore(channel, begin.bufferEvents());
    this.listener = listener;
    this.around = around;
    this.beside = new Beside(channel, listener, around);
    Cached cached = begin.cached();
    Place from = begin.from();
    boolean fromTheStart = from != null && from.seq() == 0;
    this.memory = new ChannelMemory(channel, begin.cacheEvents(), cached, fromTheStart);
    this.state =
        ChannelState.begin(
            cached == null ? from : cached.place(),
            new ChannelState.Wishes(listener.canRollBack(), listener.prefersSnapshot()));
  }

  /** The listener's first calls. */
  void greet(@Nullable Cached cached) {
    if (cached != null) {
      listener.onCached(cached);
    }
    told = status();
    listener.onStatus(told);
  }

  String channel() {
    return channel;
  }

  @Nullable Place applied() {
    return state.applied();
  }

  /** What to keep of it, or null as long as there is nothing. */
  @Nullable Cached cached() {
    Place place = state.applied();
    boolean nothing = place == null || place.epoch() == 0 || lostItsRight();
    return nothing || place == null ? null : memory.cached(place);
  }

  /** Whether the user may not read it any more; then the device need not keep it either. */
  boolean lostItsRight() {
    return state.phase() instanceof Phase.Ended(String code)
        && (code.equals("revoked") || code.equals("forbidden"));
  }

  /** Whether a subscribe is to be sent over this link. */
  boolean wantsAsk(long target) {
    boolean moves = state.subscribed() && state.home() != target && state.asked().ref() == 0;
    return askDue && (state.phase() instanceof Phase.Idle || moves);
  }

  boolean dependsOn(long link) {
    return state.home() == link || state.asked().link() == link;
  }

  void askNow() {
    askDue = true;
  }

  /** The next subscribe waits for {@link #askNow()}. */
  void askLater() {
    askDue = false;
  }

  void shedding(boolean less) {
    shedding = less;
    tellStatus();
  }

  Beside beside() {
    return beside;
  }

  /** The user has read up to there; not above what was applied. */
  void read(long seq) {
    beside.read(state.epoch(), Math.min(seq, state.seq()));
  }

  void take(ChannelInput input) {
    Decision decision = core.decide(state, input);
    state = decision.state();
    for (ChannelAction action : decision.actions()) {
      memory.take(action);
      switch (action) {
        case ChannelAction.Deliver a -> {
          around.delivering(a.event());
          listener.onEvent(a.event());
        }
        case ChannelAction.TellLive a -> listener.onLive(a.epoch(), a.head());
        case ChannelAction.TellReset a -> listener.onReset(a.epoch(), a.after());
        case ChannelAction.TellSnapshot a -> {
          a.snapshot().entities().forEach(around::delivering);
          listener.onSnapshot(a.snapshot());
        }
        case ChannelAction.TellTrouble a -> listener.onTrouble(a.trouble(), a.detail());
        case ChannelAction.TellEnded a -> listener.onEnded(a.code(), a.detail());
        case ChannelAction.Unsubscribe a -> around.unsubscribe(a.link(), channel);
        case ChannelAction.Request a -> around.request(this, a);
      }
    }
    if (!decision.actions().isEmpty()) {
      around.changed(this);
    }
    tellStatus();
    beside.follow(state);
    if (input instanceof ChannelInput.Left) {
      beside.clear();
    } else if (state.phase() instanceof Phase.Ended) {
      beside.end();
    }
  }

  private void tellStatus() {
    ChannelStatus now = status();
    if (now != told) {
      told = now;
      listener.onStatus(now);
    }
  }

  private ChannelStatus status() {
    return switch (state.phase()) {
      case Phase.Live(boolean whole) -> {
        ChannelStatus best = shedding ? ChannelStatus.DEGRADED : ChannelStatus.LIVE;
        yield whole ? best : ChannelStatus.CATCHING_UP;
      }
      case Phase.CatchingUp _ -> ChannelStatus.CATCHING_UP;
      case Phase.Idle _, Phase.Waiting _ ->
          state.seq() > 0 ? ChannelStatus.CACHED : ChannelStatus.CONNECTING;
      case Phase.Ended _ -> ChannelStatus.GONE;
    };
  }
}
