package io.tailrace.gateway.ephemeral;

import io.tailrace.gateway.lane.Lane;
import io.tailrace.gateway.session.Decision;
import io.tailrace.gateway.session.Happening;
import io.tailrace.gateway.session.Membership;
import io.tailrace.gateway.session.Peer;
import io.tailrace.gateway.session.Rooms;
import io.tailrace.gateway.session.Subscription;
import io.tailrace.schemas.contract.Contract;
import io.tailrace.schemas.contract.Contract.MemberMay;
import io.tailrace.schemas.contract.Right;
import io.tailrace.schemas.frame.ClientFrame;
import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.problem.ProblemCode;
import io.tailrace.schemas.token.Identity;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What clients of a shard say beside events: checked as of this moment, slowed down to the
 * contract's rate, and handed to the hub, together with who comes and goes. Of what is too fast the
 * latest waits for its turn. Owned by the shard's thread.
 */
public final class SayDesk implements Rooms.Doors {
  /** Signals of different types and channels that wait on one connection for their turn. */
  private static final int HELD_MAX = 16;

  /** Presence and receipts are few; so many at once are those of a connection that comes back. */
  private static final double OTHERS_PER_SECOND = 10;

  private static final double OTHERS_BURST = 200;
  private static final long EARLY_MS = 200;

  private final Kinds kinds;
  private final Decision decision;
  private final List<HubInput> inputs = new ArrayList<>();
  private final Map<Peer, Speaker> speakers = new HashMap<>();

  /** The contract of each kind. */
  @FunctionalInterface
  public interface Kinds {
    /** The contract of a kind, null where there is no such kind. */
    @Nullable Contract of(String kind);
  }

  /** What replaces what while it waits. */
  private record Slot(Lane lane, String channel, String type) {}

  private static final class Bucket {
    private double tokens;
    private long filledMs;

    Bucket(double burst, long nowMs) {
      tokens = burst;
      filledMs = nowMs;
    }

    boolean take(double perSecond, double burst, long nowMs) {
      tokens = Math.min(burst, tokens + Math.max(0, nowMs - filledMs) * perSecond / 1000);
      filledMs = nowMs;
      if (tokens < 1) {
        return false;
      }
      tokens--;
      return true;
    }
  }

  private static final class Speaker {
    private final Map<String, Bucket> buckets = new HashMap<>();
    private final Map<Slot, ClientFrame> held = new LinkedHashMap<>();
  }

  /** Why a frame is not taken. */
  private record Refusal(ProblemCode code, String detail, @Nullable Long retryAfterMs) {
    Refusal(ProblemCode code, String detail) {
      this(code, detail, null);
    }
  }

  /** A desk that has heard nothing. */
  public SayDesk(Kinds kinds, Decision decision) {
    this.kinds = kinds;
    this.decision = decision;
  }

  /** What the hub is to be told, in order; its reader clears it. */
  public List<HubInput> inputs() {
    return inputs;
  }

  @Override
  public void wentLive(Subscription subscription) {
    Peer peer = subscription.peer();
    Identity identity = peer.identity();
    Contract contract = kinds.of(kind(subscription.room().name()));
    if (identity != null && contract != null) {
      inputs.add(
          new HubInput.Entered(
              subscription.room().window().channel(),
              peer,
              identity,
              contract,
              subscription.lanes()));
    }
  }

  @Override
  public void left(Subscription subscription) {
    Speaker speaker = speakers.get(subscription.peer());
    if (speaker != null) {
      // The next subscription may be of another epoch, where a seq that waits is another event.
      String name = subscription.room().name();
      speaker.held.keySet().removeIf(slot -> slot.channel().equals(name));
    }
    inputs.add(new HubInput.Left(subscription.room().window().channel(), subscription.peer()));
  }

  /** It has missed changes of presence: the whole state is to be shown to it before any other. */
  public void missed(Subscription subscription) {
    subscription.hasList(false);
    if (subscription.stage() == Subscription.Stage.LIVE) {
      inputs.add(new HubInput.Missed(subscription.room().window().channel(), subscription.peer()));
    }
  }

  /** A connection has gone. */
  public void gone(Peer peer) {
    speakers.remove(peer);
  }

  /** Somebody says a signal. */
  public void signal(Peer peer, Identity identity, ClientFrame.Signal signal, long nowMs) {
    said(peer, identity, new Slot(Lane.SIGNAL, signal.channel(), signal.type()), signal, nowMs);
  }

  /** Somebody says what they are doing. */
  public void presence(Peer peer, Identity identity, ClientFrame.Presence presence, long nowMs) {
    said(peer, identity, new Slot(Lane.PRESENCE, presence.channel(), ""), presence, nowMs);
  }

  /** Somebody says how far they have read. */
  public void receipt(Peer peer, Identity identity, ClientFrame.Receipt receipt, long nowMs) {
    said(peer, identity, new Slot(Lane.RECEIPT, receipt.channel(), ""), receipt, nowMs);
  }

  /** Time has passed: what waited may go on, where it still may be said. */
  public void tick(long nowMs) {
    for (Map.Entry<Peer, Speaker> entry : speakers.entrySet()) {
      Peer peer = entry.getKey();
      Identity identity = peer.identity();
      Iterator<Map.Entry<Slot, ClientFrame>> held = entry.getValue().held.entrySet().iterator();
      while (held.hasNext()) {
        Map.Entry<Slot, ClientFrame> next = held.next();
        Slot slot = next.getKey();
        Subscription subscription =
            identity == null ? null : subscription(peer, identity, slot.channel());
        Contract contract = kinds.of(kind(slot.channel()));
        if (identity == null
            || subscription == null
            || contract == null
            || refusal(subscription, identity, slot, next.getValue()) != null) {
          held.remove();
        } else if (admits(entry.getValue(), slot, contract, nowMs)) {
          held.remove();
          hand(subscription, identity, next.getValue());
        }
      }
    }
  }

  private void said(Peer peer, Identity identity, Slot slot, ClientFrame frame, long nowMs) {
    Subscription subscription = subscription(peer, identity, slot.channel());
    Refusal refusal =
        subscription == null
            // The same whether there is such a channel or not.
            ? new Refusal(
                ProblemCode.BAD_REQUEST, "not subscribed: subscribe to the channel, then say this")
            : refusal(subscription, identity, slot, frame);
    Contract contract = kinds.of(kind(slot.channel()));
    if (refusal != null || subscription == null || contract == null) {
      if (refusal != null) {
        decision.refuse(
            peer, null, slot.channel(), refusal.code(), refusal.detail(), refusal.retryAfterMs());
      }
      return;
    }
    if (subscription.stage() != Subscription.Stage.LIVE && slot.lane() == Lane.SIGNAL) {
      decision.happened(Happening.SIGNAL_EARLY);
      return;
    }
    Speaker speaker = speakers.computeIfAbsent(peer, _ -> new Speaker());
    ClientFrame counts = counts(speaker.held.get(slot), frame);
    if (admits(speaker, slot, contract, nowMs)) {
      speaker.held.remove(slot);
      hand(subscription, identity, counts);
    } else {
      hold(speaker, slot, counts);
    }
  }

  /** Of one that waits and a later one: the later, but the furthest of receipts. */
  private static ClientFrame counts(@Nullable ClientFrame waits, ClientFrame later) {
    return waits instanceof ClientFrame.Receipt first
            && later instanceof ClientFrame.Receipt second
            && first.seq() > second.seq()
        ? waits
        : later;
  }

  private void hold(Speaker speaker, Slot slot, ClientFrame frame) {
    boolean isNew = !speaker.held.containsKey(slot);
    // Presence and receipts are one for each subscription, of which there is a bound.
    if (slot.lane() == Lane.SIGNAL && isNew && speaker.held.size() >= HELD_MAX) {
      decision.happened(Happening.SIGNAL_OVER_RATE);
      return;
    }
    if (speaker.held.put(slot, frame) != null && slot.lane() == Lane.SIGNAL) {
      decision.happened(Happening.SIGNAL_OVER_RATE);
    }
  }

  private void hand(Subscription subscription, Identity identity, ClientFrame frame) {
    String channel = subscription.room().window().channel();
    Peer peer = subscription.peer();
    if (frame instanceof ClientFrame.Receipt receipt) {
      decision.happened(Happening.RECEIPT_SAID);
      // What it was not given nobody has read here; what is kept may never be above the log.
      long seq = Math.min(receipt.seq(), subscription.next());
      inputs.add(new HubInput.HasRead(channel, peer, identity, subscription.epoch(), seq));
    } else {
      decision.happened(
          frame instanceof ClientFrame.Signal ? Happening.SIGNAL_SAID : Happening.PRESENCE_SAID);
      inputs.add(new HubInput.Said(channel, peer, identity, frame));
    }
  }

  private static boolean admits(Speaker speaker, Slot slot, Contract contract, long nowMs) {
    boolean isSignal = slot.lane() == Lane.SIGNAL;
    double perSecond = isSignal ? contract.signals().perSecond() : OTHERS_PER_SECOND;
    double burst = isSignal ? perSecond : OTHERS_BURST;
    String bucket = isSignal ? contract.kind() : slot.lane().word();
    return speaker
        .buckets
        .computeIfAbsent(bucket, _ -> new Bucket(burst, nowMs))
        .take(perSecond, burst, nowMs);
  }

  private static @Nullable Subscription subscription(
      Peer peer, Identity identity, String channelName) {
    Channel channel = Channel.parse(identity.tenant(), channelName);
    Subscription subscription = channel == null ? null : peer.subscriptions().get(channel.full());
    return subscription != null && subscription.isStarted() ? subscription : null;
  }

  /** Why somebody who reads the channel may not say this in it; null where they may. */
  private @Nullable Refusal refusal(
      Subscription subscription, Identity identity, Slot slot, ClientFrame frame) {
    Channel channel = Channel.parse(identity.tenant(), slot.channel());
    Contract contract = channel == null ? null : kinds.of(channel.kind());
    if (channel == null || contract == null) {
      return new Refusal(ProblemCode.BAD_REQUEST, "channel must be kind:id");
    }
    if (!contract.lanes().contains(slot.lane().word())) {
      return new Refusal(
          ProblemCode.NOT_AVAILABLE,
          "channels of this kind have no lane " + slot.lane().word() + ": do not send it");
    }
    Membership.Standing standing = subscription.standing();
    Refusal refusal =
        switch (frame) {
          case ClientFrame.Signal signal ->
              signalRefusal(contract, identity, channel, standing, signal);
          case ClientFrame.Presence presence ->
              presenceRefusal(contract, identity, channel, standing, presence);
          case ClientFrame.Receipt _ -> null;
          default -> throw new IllegalArgumentException("said by no lane");
        };
    if (refusal == null
        && slot.lane() != Lane.SIGNAL
        && subscription.stage() != Subscription.Stage.LIVE) {
      return new Refusal(
          ProblemCode.NOT_READY, "what was missed is still being sent: say it again", EARLY_MS);
    }
    return refusal;
  }

  private static @Nullable Refusal signalRefusal(
      Contract contract,
      Identity identity,
      Channel channel,
      Membership.Standing standing,
      ClientFrame.Signal signal) {
    if (!isWord(signal.type(), 100)) {
      return new Refusal(
          ProblemCode.BAD_REQUEST, "type must be 1 to 100 of letters, digits, . _ -");
    }
    Refusal tooLong = dataRefusal(contract, signal.data());
    if (tooLong != null) {
      return tooLong;
    }
    return may(contract, contract.rights().signal(), MemberMay.SIGNAL, identity, channel, standing)
        ? null
        : new Refusal(
            ProblemCode.FORBIDDEN, "you may read this channel, and not send signals in it");
  }

  private static @Nullable Refusal presenceRefusal(
      Contract contract,
      Identity identity,
      Channel channel,
      Membership.Standing standing,
      ClientFrame.Presence presence) {
    if (!isWord(presence.mode(), 32)) {
      return new Refusal(ProblemCode.BAD_REQUEST, "mode must be 1 to 32 of letters, digits, . _ -");
    }
    String data = presence.data();
    Refusal tooLong = data == null ? null : dataRefusal(contract, data);
    if (tooLong != null) {
      return tooLong;
    }
    return may(contract, contract.rights().presence(), null, identity, channel, standing)
        ? null
        : new Refusal(ProblemCode.FORBIDDEN, "you may read this channel, and not be present in it");
  }

  private static @Nullable Refusal dataRefusal(Contract contract, String data) {
    int most = contract.signals().bytesMax();
    return data.length() <= most && data.getBytes(StandardCharsets.UTF_8).length <= most
        ? null
        : new Refusal(ProblemCode.BAD_REQUEST, "data must be at most " + most + " bytes of JSON");
  }

  /** What a right and a standing say together; any role has what names no permission. */
  private static boolean may(
      Contract contract,
      Right right,
      @Nullable MemberMay what,
      Identity identity,
      Channel channel,
      Membership.Standing standing) {
    if (!right.allows(identity, channel)) {
      return false;
    }
    Contract.Members members = contract.members();
    if (!right.asksMembership() || members == null) {
      return true;
    }
    String role = standing.role();
    return switch (standing.entry()) {
      case OPEN -> right == Right.TENANT;
      case MEMBER -> role != null && (what == null || members.may(role, what));
      // Contracts refuse a right that asks for members where subscribing does not.
      case TOKEN -> false;
    };
  }

  private static String kind(String channelName) {
    int colon = channelName.indexOf(':');
    return colon < 0 ? "" : channelName.substring(0, colon);
  }

  private static boolean isWord(String text, int lengthMax) {
    if (text.isEmpty() || text.length() > lengthMax) {
      return false;
    }
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean plain = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
      if (!plain && c != '.' && c != '_' && c != '-') {
        return false;
      }
    }
    return true;
  }
}
