package io.tailrace.gateway.subscribe;

import io.tailrace.gateway.admit.RateGate;
import io.tailrace.gateway.encode.Frame;
import io.tailrace.gateway.lane.Lane;
import io.tailrace.gateway.session.Decision;
import io.tailrace.gateway.session.Happening;
import io.tailrace.gateway.session.Peer;
import io.tailrace.gateway.session.Room;
import io.tailrace.gateway.session.Rooms;
import io.tailrace.gateway.session.Subscription;
import io.tailrace.gateway.session.Subscription.Resume;
import io.tailrace.schemas.event.Chain;
import io.tailrace.schemas.frame.ClientFrame;
import io.tailrace.schemas.frame.ServerFrame;
import io.tailrace.schemas.join.JoinWire;
import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.problem.Problem;
import io.tailrace.schemas.problem.ProblemCode;
import io.tailrace.schemas.token.Identity;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Subscribe and unsubscribe. Every request has one answer, also one that a later request replaces.
 * Owned by the shard's thread.
 */
public final class SubscribeDesk {
  private static final long NANOS_PER_MS = 1_000_000;

  private final Rooms rooms;
  private final Decision decision;
  private final Endings endings;
  private final Replay replay;
  private final Rules rules;
  private final Map<Long, Subscription> asked = new HashMap<>();
  private final List<Subscription> ahead = new ArrayList<>();
  private long numbers;

  /** Says whether an identity may subscribe to a channel, and how many of its kind. */
  public interface Permission {
    /** How many channels of the kind a connection may have, 0 where it may not have this one. */
    int subscriptionsMax(Identity identity, Channel channel);

    /** The lanes that a channel of the kind has. */
    default Set<Lane> lanes(Channel channel) {
      return EnumSet.allOf(Lane.class);
    }
  }

  /**
   * What bounds a subscription.
   *
   * @param partitionOf the partition of a full channel name
   * @param subscriptionsMax channels per connection
   * @param joinWaitMs how long the stores may take to answer
   * @param aheadWaitMs how long an {@code after} above head is waited for
   * @param resumes how many channels may be subscribed to in a time, and when those come again that
   *     are told {@code not_ready}
   */
  public record Rules(
      Permission permission,
      ToIntFunction<String> partitionOf,
      int subscriptionsMax,
      long joinWaitMs,
      long aheadWaitMs,
      RateGate resumes) {}

  /** A desk over a shard's rooms. */
  public SubscribeDesk(
      Rooms rooms, Decision decision, Endings endings, Replay replay, Rules rules) {
    this.rooms = rooms;
    this.decision = decision;
    this.endings = endings;
    this.replay = replay;
    this.rules = rules;
  }

  /** Asks for channels, for somebody who has said hello. */
  public void subscribe(Peer peer, Identity identity, ClientFrame.Subscribe frame, long nowMs) {
    long waitMs = rules.resumes().take(nowMs * NANOS_PER_MS, frame.wants().size());
    if (waitMs > 0) {
      putOff(peer, frame, waitMs);
      return;
    }
    for (ClientFrame.Want want : frame.wants()) {
      if (peer.isClosing()) {
        return;
      }
      subscribe(peer, identity, frame.ref(), want, nowMs);
    }
  }

  /** All of one message are told the same time, so that they come again in one message. */
  private void putOff(Peer peer, ClientFrame.Subscribe frame, long waitMs) {
    for (ClientFrame.Want want : frame.wants()) {
      decision.happened(Happening.PUT_OFF);
      decision.refuse(
          peer,
          frame.ref(),
          want.channel(),
          ProblemCode.NOT_READY,
          "too many subscribe at once: subscribe again when retryAfterMs has passed",
          waitMs);
    }
  }

  private void subscribe(
      Peer peer, Identity identity, long ref, ClientFrame.Want want, long nowMs) {
    String name = want.channel();
    Channel channel = Channel.parse(identity.tenant(), name);
    if (channel == null) {
      refuse(peer, ref, name, ProblemCode.BAD_REQUEST, "channel must be kind:id");
      return;
    }
    Subscription before = peer.subscriptions().get(channel.full());
    int most =
        Math.min(rules.subscriptionsMax(), rules.permission().subscriptionsMax(identity, channel));
    if (most == 0) {
      refuse(peer, ref, name, Problem.UNREADABLE.code(), Problem.UNREADABLE.detail());
      return;
    }
    if (before == null && peer.isFull(channel.kind(), most)) {
      refuse(
          peer,
          ref,
          name,
          ProblemCode.BAD_REQUEST,
          "a connection holds at most " + most + " such channels");
      return;
    }
    Set<Lane> lanes = WantedLanes.of(want.lanes(), rules.permission().lanes(channel));
    if (lanes == null) {
      refuse(peer, ref, name, ProblemCode.BAD_REQUEST, WantedLanes.REFUSAL);
      return;
    }
    // Entered before the old one leaves, so that the channel's window stays held.
    Room room = rooms.open(channel, rules.partitionOf().applyAsInt(channel.full()));
    int epoch = want.epoch() == null ? 0 : want.epoch();
    Long chain = want.chain() == null ? null : (Long) Chain.parse(want.chain());
    Subscription subscription =
        new Subscription(
            peer,
            room,
            ref,
            new Resume(want.after(), epoch, chain),
            ++numbers,
            nowMs + rules.joinWaitMs());
    subscription.take(lanes);
    room.enter(subscription);
    if (before != null) {
      replace(before);
    }
    peer.subscriptions().put(channel.full(), subscription);
    ask(subscription);
  }

  /** Ends a subscription; also says so where there was none, since that is what was asked for. */
  public void unsubscribe(Peer peer, Identity identity, ClientFrame.Unsubscribe frame) {
    Channel channel = Channel.parse(identity.tenant(), frame.channel());
    if (channel == null) {
      refuse(
          peer, frame.ref(), frame.channel(), ProblemCode.BAD_REQUEST, "channel must be kind:id");
      return;
    }
    Subscription subscription = peer.subscriptions().get(channel.full());
    if (subscription != null) {
      replace(subscription);
    }
    decision.send(peer, new ServerFrame.Unsubscribed(frame.ref(), frame.channel()));
  }

  /** Takes an answer of the stores; only the registration that asked is completed by it. */
  public void answered(JoinWire.Answer answer, long nowMs) {
    Subscription subscription = asked.remove(answer.number());
    if (subscription == null) {
      return;
    }
    switch (answer) {
      case JoinWire.Answer.Refused refused when refused.code() == ProblemCode.NOT_READY ->
          notReady(subscription, refused.detail(), nowMs);
      case JoinWire.Answer.Refused refused -> {
        rooms.leave(subscription);
        refuse(
            subscription.peer(),
            subscription.ref(),
            subscription.room().name(),
            refused.code(),
            refused.detail());
      }
      case JoinWire.Answer.View view -> complete(subscription, view, nowMs);
    }
  }

  private void complete(Subscription subscription, JoinWire.Answer.View view, long nowMs) {
    switch (JoinRules.complete(subscription, view, rooms.windows())) {
      case JoinOutcome.NotReady notReady -> notReady(subscription, notReady.why(), nowMs);
      case JoinOutcome.TooEarly() -> {
        decision.happened(Happening.ASKED_ANEW);
        subscription.askAnew(++numbers);
        ask(subscription);
      }
      case JoinOutcome.Voided voided -> endings.reset(subscription, voided.epoch(), voided.after());
      case JoinOutcome.Ahead notYet -> {
        if (subscription.isLastCall()) {
          endings.reset(subscription, notYet.epoch(), notYet.head());
        } else {
          subscription.waitAhead(nowMs + rules.aheadWaitMs());
          Long after = subscription.resume().after();
          subscription.room().awaits(after == null ? 0 : after);
          ahead.add(subscription);
        }
      }
      case JoinOutcome.Start start -> start(subscription, start);
    }
  }

  private void start(Subscription subscription, JoinOutcome.Start start) {
    Room room = subscription.room();
    // A partition that has shown nothing yet is at the stores' epoch: older records are stale now.
    rooms.windows().raiseEpoch(room.window().partition(), start.epoch());
    if (!start.whole()) {
      room.startBelow();
    }
    long replayTo = start.whole() ? Long.MAX_VALUE : start.head();
    decision.happened(start.replay() ? Happening.RESUMED : Happening.CATCH_UP);
    decision.send(
        subscription.peer(),
        new ServerFrame.Subscribed(
            subscription.ref(),
            room.name(),
            start.epoch(),
            start.head(),
            start.after(),
            start.replay() ? null : new ServerFrame.CatchUp(start.after(), start.head())));
    subscription.admit(start.standing(), start.head());
    subscription.replay(start.epoch(), start.replay() ? start.after() : start.head(), replayTo);
    if (!start.replay()) {
      subscription.owe(start.after());
    }
    replay.advance(subscription);
  }

  /**
   * A fresh token counts at once: what it does not allow ends, also what the stores are being asked
   * for. Their answers depend on nothing else of a token than the user, who is the same.
   */
  public void tokenChanged(Peer peer, Identity fresh) {
    for (Subscription subscription : List.copyOf(peer.subscriptions().values())) {
      String name = subscription.room().name();
      Channel channel = Channel.parse(fresh.tenant(), name);
      if (channel != null && rules.permission().subscriptionsMax(fresh, channel) > 0) {
        continue;
      }
      if (subscription.isStarted()) {
        endings.revoked(subscription, subscription.next() + 1);
      } else {
        asked.remove(subscription.number());
        rooms.leave(subscription);
        refuse(
            peer, subscription.ref(), name, Problem.UNREADABLE.code(), Problem.UNREADABLE.detail());
      }
    }
  }

  /** New frames have come: those that waited for them ask the stores again. */
  public void sawNew(Room room, Frame last, long nowMs) {
    if (last.seq() < room.awaitedSeq()) {
      return;
    }
    room.awaitsNothing();
    List<Subscription> still = new ArrayList<>();
    for (Subscription subscription : ahead) {
      Long after = subscription.resume().after();
      if (subscription.room() == room && after != null && last.seq() >= after) {
        if (isPresent(subscription)) {
          askAgain(subscription, nowMs);
        }
      } else {
        still.add(subscription);
        if (subscription.room() == room && after != null) {
          room.awaits(after);
        }
      }
    }
    ahead.clear();
    ahead.addAll(still);
  }

  /** Looks at what has waited long enough. */
  public void tick(long nowMs) {
    for (int i = ahead.size() - 1; i >= 0; i--) {
      Subscription subscription = ahead.get(i);
      if (!isPresent(subscription)) {
        ahead.remove(i);
      } else if (nowMs >= subscription.deadlineMs()) {
        ahead.remove(i);
        askAgain(subscription, nowMs);
      }
    }
    Iterator<Subscription> waiting = asked.values().iterator();
    while (waiting.hasNext()) {
      Subscription subscription = waiting.next();
      if (nowMs >= subscription.deadlineMs()) {
        waiting.remove();
        notReady(subscription, "the stores did not answer in time", nowMs);
      }
    }
  }

  /** A connection has gone. */
  public void gone(Peer peer) {
    for (Subscription subscription : List.copyOf(peer.subscriptions().values())) {
      asked.remove(subscription.number());
      rooms.leave(subscription);
    }
  }

  /** What the stores are asked for a registration; null where it has ended since. */
  public JoinWire.@Nullable Ask ask(Subscription subscription, Identity identity) {
    if (asked.get(subscription.number()) != subscription) {
      return null;
    }
    Room room = subscription.room();
    var windows = rooms.windows();
    int partition = room.window().partition();
    Resume resume = subscription.resume();
    return new JoinWire.Ask(
        subscription.number(),
        identity,
        room.name(),
        partition,
        windows.completeFrom(room.window(), partition),
        room.window().minSeq(),
        Math.max(windows.epoch(partition), resume.epoch()),
        resume.after());
  }

  private void ask(Subscription subscription) {
    asked.put(subscription.number(), subscription);
    decision.joins().add(subscription);
  }

  private void askAgain(Subscription subscription, long nowMs) {
    subscription.askAgain(++numbers, nowMs + rules.joinWaitMs());
    ask(subscription);
  }

  /** Ends one that a later request of the client replaces; it is owed an answer until it starts. */
  private void replace(Subscription subscription) {
    asked.remove(subscription.number());
    rooms.leave(subscription);
    if (!subscription.isStarted()) {
      refuse(
          subscription.peer(),
          subscription.ref(),
          subscription.room().name(),
          ProblemCode.SUPERSEDED,
          "a later request for this channel replaced it");
    }
  }

  private void notReady(Subscription subscription, String why, long nowMs) {
    rooms.leave(subscription);
    decision.happened(Happening.NOT_READY);
    decision.refuse(
        subscription.peer(),
        subscription.ref(),
        subscription.room().name(),
        ProblemCode.NOT_READY,
        why + ": subscribe again",
        rules.resumes().turn(nowMs * NANOS_PER_MS));
  }

  private void refuse(Peer peer, long ref, String channel, ProblemCode code, String detail) {
    peer.settle();
    decision.refuse(peer, ref, channel, code, detail, null);
  }

  private boolean isPresent(Subscription subscription) {
    String channel = subscription.room().window().channel();
    return subscription.peer().subscriptions().get(channel) == subscription;
  }
}
