package io.tailrace.gateway.fanout;

import io.tailrace.gateway.drain.DrainDesk;
import io.tailrace.gateway.encode.Frame;
import io.tailrace.gateway.ephemeral.EphemeralFrame;
import io.tailrace.gateway.ephemeral.HubInput;
import io.tailrace.gateway.ephemeral.SayDesk;
import io.tailrace.gateway.lane.Account;
import io.tailrace.gateway.lane.Budget;
import io.tailrace.gateway.lane.Lane;
import io.tailrace.gateway.resume.Windows;
import io.tailrace.gateway.session.Decision;
import io.tailrace.gateway.session.Peer;
import io.tailrace.gateway.session.Room;
import io.tailrace.gateway.session.Rooms;
import io.tailrace.gateway.session.SessionDesk;
import io.tailrace.gateway.session.Subscription;
import io.tailrace.gateway.subscribe.Endings;
import io.tailrace.gateway.subscribe.Replay;
import io.tailrace.gateway.subscribe.SubscribeDesk;
import io.tailrace.schemas.frame.ClientFrame;
import io.tailrace.schemas.frame.ClientFrames;
import io.tailrace.schemas.frame.ServerFrame;
import io.tailrace.schemas.join.JoinWire;
import io.tailrace.schemas.problem.ProblemCode;
import io.tailrace.schemas.token.Identity;
import io.tailrace.schemas.token.TokenResult;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * All that a shard decides: a function of its state and an input, without I/O and clock. Several
 * inputs may be decided before {@link #finish}, which hands what they brought to the queues.
 */
public final class ShardCore {
  private final Decision decision = new Decision();
  private final Windows windows;
  private final SayDesk says;
  private final Rooms rooms;
  private final SessionDesk sessions;
  private final SubscribeDesk subscriptions;
  private final Replay replay;
  private final Feed feed;
  private final Showing showing;
  private final Eviction eviction;
  private final DrainDesk drain;
  private final Set<Peer> peers = new LinkedHashSet<>();

  /**
   * What bounds a shard.
   *
   * @param replayQueueBytes how far a replay fills a queue
   * @param kinds the contracts
   * @param budget what the queues of all shards may hold together
   */
  public record Rules(
      SessionDesk.Rules sessions,
      SubscribeDesk.Rules subscriptions,
      long replayQueueBytes,
      SayDesk.Kinds kinds,
      Budget budget) {}

  /** Told what clients saw, for the metrics. */
  @FunctionalInterface
  public interface Rendered {
    /** One event was on a screen so long after its commit. */
    void rendered(double ms);
  }

  private final Rendered rendered;

  /** A shard without connections over windows of its own. */
  public ShardCore(
      Rules rules, Windows windows, Function<String, TokenResult> verifier, Rendered rendered) {
    this.windows = windows;
    this.rendered = rendered;
    this.says = new SayDesk(rules.kinds(), decision);
    this.rooms = new Rooms(windows, says);
    Endings endings = new Endings(rooms, decision);
    this.replay = new Replay(endings, decision, rules.replayQueueBytes());
    this.sessions = new SessionDesk(rules.sessions(), verifier, decision);
    this.subscriptions = new SubscribeDesk(rooms, decision, endings, replay, rules.subscriptions());
    this.feed = new Feed(rooms, endings, subscriptions, decision);
    this.showing = new Showing(rooms, peers, decision);
    this.eviction = new Eviction(rules.budget(), peers, endings, decision);
    this.drain = new DrainDesk(decision);
  }

  /** Decides about one input; the same object is returned every time, cleared by its reader. */
  public Decision decide(Input input, long nowMs) {
    switch (input) {
      case Input.Feed batch -> {
        for (Frame frame : batch.frames()) {
          feed.accept(frame);
        }
      }
      case Input.Shown shown -> {
        for (EphemeralFrame frame : shown.frames()) {
          showing.show(frame);
        }
      }
      case Input.Unshown(Set<String> channels) -> channels.forEach(this::unshown);
      case Input.Joined joined -> {
        for (JoinWire.Answer answer : joined.answers()) {
          subscriptions.answered(answer, nowMs);
        }
      }
      case Input.Opened(Peer peer) -> {
        peers.add(peer);
        drain.opened(peer, nowMs);
      }
      case Input.Identified(Peer peer, Identity identity) -> peer.identify(identity);
      case Input.Received(Peer peer, ClientFrames.Parsed message) -> received(peer, message, nowMs);
      case Input.Heard(Peer peer) -> peer.heard(nowMs);
      case Input.Drained(Peer peer) -> replay.resume(peer);
      case Input.Gone(Peer peer) -> {
        if (peers.remove(peer)) {
          subscriptions.gone(peer);
          says.gone(peer);
        }
      }
      case Input.Leave(DrainDesk.Plan plan) -> drain.begin(plan, peers, nowMs);
      case Input.Tick() -> tick(nowMs);
    }
    return decision;
  }

  /** Hands what the inputs brought to the queues; to be called before the decision is read. */
  public Decision finish(long nowMs) {
    feed.flush(nowMs);
    windows.evict(nowMs);
    eviction.check();
    return decision;
  }

  /** What the queues of its connections hold and have shed. */
  public Account account() {
    return eviction.account();
  }

  /** Nothing more is decided here: what its queues held counts no longer. */
  public void end() {
    eviction.end();
  }

  /** The questions to ask the stores, for the registrations that have not ended since. */
  public List<JoinWire.Ask> asks() {
    List<JoinWire.Ask> asks = new ArrayList<>(decision.joins().size());
    for (Subscription subscription : decision.joins()) {
      Identity identity = subscription.peer().identity();
      JoinWire.Ask ask = identity == null ? null : subscriptions.ask(subscription, identity);
      if (ask != null) {
        asks.add(ask);
      }
    }
    return asks;
  }

  /** What the hub is to be told, in order; its reader clears it. */
  public List<HubInput> toHub() {
    return says.inputs();
  }

  /** All connections, in the order they came. */
  public Set<Peer> peers() {
    return peers;
  }

  /** The rooms in which somebody is. */
  public Rooms rooms() {
    return rooms;
  }

  /** The windows, for the metrics. */
  public Windows windows() {
    return windows;
  }

  private void received(Peer peer, ClientFrames.Parsed message, long nowMs) {
    if (peer.isClosing() || !sessions.admits(peer, nowMs)) {
      return;
    }
    switch (message) {
      case ClientFrames.Refused refused ->
          decision.refuse(
              peer, refused.ref(), refused.channel(), refused.code(), refused.detail(), null);
      case ClientFrames.Read(ClientFrame.Hello hello) -> {
        sessions.hello(peer, hello, nowMs);
        drain.greeted(peer, nowMs);
      }
      case ClientFrames.Read(ClientFrame frame) -> {
        Identity identity = peer.identity();
        if (identity == null) {
          decision.close(peer, ProblemCode.TOKEN_MISSING, "the first frame must be hello");
        } else {
          asked(peer, identity, frame, nowMs);
        }
      }
    }
  }

  private void asked(Peer peer, Identity identity, ClientFrame frame, long nowMs) {
    switch (frame) {
      case ClientFrame.Subscribe subscribe ->
          subscriptions.subscribe(peer, identity, subscribe, nowMs);
      case ClientFrame.Unsubscribe unsubscribe ->
          subscriptions.unsubscribe(peer, identity, unsubscribe);
      case ClientFrame.Auth auth -> {
        Identity fresh = sessions.auth(peer, identity, auth) ? peer.identity() : null;
        if (fresh != null) {
          subscriptions.tokenChanged(peer, fresh);
        }
      }
      case ClientFrame.Ping ping -> sessions.ping(peer, ping, nowMs);
      case ClientFrame.Rendered seen -> rendered.rendered(seen.ms());
      case ClientFrame.Signal signal -> says.signal(peer, identity, signal, nowMs);
      case ClientFrame.Presence presence -> says.presence(peer, identity, presence, nowMs);
      case ClientFrame.Receipt receipt -> says.receipt(peer, identity, receipt, nowMs);
      case ClientFrame.Hello hello -> sessions.hello(peer, hello, nowMs);
    }
  }

  private void tick(long nowMs) {
    subscriptions.tick(nowMs);
    says.tick(nowMs);
    for (Peer peer : peers) {
      sessions.tick(peer, nowMs);
      tellOfShedding(peer, nowMs);
    }
    eviction.look();
    drain.tick(peers, nowMs);
  }

  private void unshown(String channel) {
    Room room = rooms.find(channel);
    if (room != null) {
      for (Subscription subscription : room.live()) {
        if (subscription.lanes().contains(Lane.PRESENCE)) {
          says.missed(subscription);
        }
      }
    }
  }

  private void tellOfShedding(Peer peer, long nowMs) {
    ServerFrame told = peer.isClosing() ? null : peer.degradation(nowMs);
    if (told == null) {
      return;
    }
    decision.send(peer, told);
    if (told instanceof ServerFrame.Recovered) {
      for (String channel : peer.queue().takeTorn()) {
        Subscription subscription = peer.subscriptions().get(channel);
        // Without a list it has been asked for already.
        if (subscription != null && subscription.hasList()) {
          says.missed(subscription);
        }
      }
    }
  }
}
