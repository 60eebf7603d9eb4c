package io.tailrace.gateway.fanout;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.tailrace.gateway.admit.RateGate;
import io.tailrace.gateway.encode.Frame;
import io.tailrace.gateway.encode.Wire;
import io.tailrace.gateway.lane.Budget;
import io.tailrace.gateway.lane.SendQueue;
import io.tailrace.gateway.resume.Windows;
import io.tailrace.gateway.session.Peer;
import io.tailrace.gateway.session.SessionDesk;
import io.tailrace.gateway.subscribe.SubscribeDesk;
import io.tailrace.schemas.contract.Contracts;
import io.tailrace.schemas.event.MemberChange;
import io.tailrace.schemas.frame.ClientFrame;
import io.tailrace.schemas.frame.ClientFrames;
import io.tailrace.schemas.join.JoinWire;
import io.tailrace.schemas.token.Identity;
import io.tailrace.schemas.token.TokenResult;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The real core of a shard around one channel with members, its time standing still. */
final class OneChannel {
  private static final JsonMapper JSON = new JsonMapper();
  private static final String NAME = "chat:a";
  private static final Contracts CONTRACTS = Contracts.shipped();
  private final List<JoinWire.Ask> asked = new ArrayList<>();
  private final ShardCore core;
  private long offset;

  OneChannel(long replayQueueBytes) {
    core =
        new ShardCore(
            new ShardCore.Rules(
                new SessionDesk.Rules(1000, 1000, 1000, 0, 1e6, 1e6, Map.of(), "test"),
                new SubscribeDesk.Rules(
                    (who, channel) -> who.mayUse(channel) ? 10 : 0,
                    _ -> 0,
                    10,
                    3000,
                    500,
                    new RateGate(1e9, 1e9, 1, 2)),
                replayQueueBytes,
                CONTRACTS::of,
                new Budget(1L << 40)),
            new Windows(1000, 1 << 24, new long[] {0}),
            token -> new TokenResult.Accepted(identity(token)),
            _ -> {});
  }

  /** A token is its user and, after a space, the only channel that it is good for. */
  private static Identity identity(String token) {
    String[] parts = token.split(" ", 2);
    List<String> patterns = parts.length == 1 ? null : List.of(parts[1]);
    return new Identity(
        "demo", parts[0], null, Set.of(), patterns, Instant.ofEpochSecond(4_000_000_000L));
  }

  Peer connect(String user, Wire wire) {
    Peer peer =
        new Peer(
            "s",
            wire,
            new SendQueue(new SendQueue.Bounds(100_000, 10_000, 100_000), core.account()),
            0);
    core.decide(new Input.Opened(peer), 0);
    core.decide(new Input.Identified(peer, identity(user)), 0);
    return peer;
  }

  /** Asks, and returns what the stores are asked. */
  JoinWire.Ask subscribe(Peer peer, @Nullable Long after) {
    ClientFrame.Want want = new ClientFrame.Want(NAME, after, null, null, Set.of());
    receive(peer, new ClientFrame.Subscribe(1, List.of(want), false));
    return nextAsk();
  }

  /** A subscription that has begun, decided by stores at a head. */
  Peer reader(String user, Wire wire, long after, long head, JoinWire.Entry entry) {
    Peer peer = connect(user, wire);
    answer(subscribe(peer, after), head, 1, entry);
    return peer;
  }

  void auth(Peer peer, String token) {
    receive(peer, new ClientFrame.Auth(2, token));
  }

  private void receive(Peer peer, ClientFrame frame) {
    core.decide(new Input.Received(peer, new ClientFrames.Read(frame)), 0);
    carryOut();
  }

  JoinWire.Ask nextAsk() {
    return asked.removeFirst();
  }

  boolean asksNothing() {
    return asked.isEmpty();
  }

  void answer(JoinWire.Ask ask, long head, long visibleFrom, JoinWire.Entry entry) {
    answer(ask, head, 0, visibleFrom, entry);
  }

  /** The answer of stores that have read up to an offset. */
  void answer(JoinWire.Ask ask, long head, long position, long visibleFrom, JoinWire.Entry entry) {
    core.decide(
        new Input.Joined(
            List.of(
                new JoinWire.Answer.View(
                    ask.number(), 1, head, position, visibleFrom, entry, null, null))),
        0);
    carryOut();
  }

  /** An event; its offset is the next one. */
  Frame event(long seq, @Nullable MemberChange change) {
    return event(seq, seq, change);
  }

  Frame event(long seq, long chain, @Nullable MemberChange change) {
    return new Frame(
        new Frame.Place("demo/" + NAME, 0, offset++, 1, seq, chain),
        0,
        0,
        change,
        ("{\"t\":\"event\",\"seq\":" + seq + "}").getBytes(StandardCharsets.UTF_8));
  }

  Frame set(long seq, String user) {
    return event(seq, new MemberChange(user, "guest"));
  }

  Frame removed(long seq, String user) {
    return event(seq, new MemberChange(user, null));
  }

  /** Events without members, from a seq to a seq. */
  Frame[] events(long from, long to) {
    List<Frame> frames = new ArrayList<>();
    for (long seq = from; seq <= to; seq++) {
      frames.add(event(seq, null));
    }
    return frames.toArray(new Frame[0]);
  }

  /** All of these come in one batch. */
  void feed(Frame... frames) {
    core.decide(new Input.Feed(List.of(frames)), 0);
    carryOut();
  }

  /** Two batches that are decided in one turn. */
  void feedWithin(Frame[] first, Frame... rest) {
    core.decide(new Input.Feed(List.of(first)), 0);
    core.decide(new Input.Feed(List.of(rest)), 0);
    carryOut();
  }

  /** The socket takes all that waits: seqs of events, else the frame's name and its place. */
  List<String> told(Peer peer) {
    List<String> told = new ArrayList<>();
    while (!peer.queue().isEmpty()) {
      told.addAll(toldOnce(peer));
      core.decide(new Input.Drained(peer), 0);
      carryOut();
    }
    return told;
  }

  /** The socket takes what waits now. */
  List<String> toldOnce(Peer peer) {
    ByteBuffer[] buffers = new ByteBuffer[64];
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    int n = peer.queue().gather(buffers);
    for (int i = 0; i < n; i++) {
      byte[] taken = new byte[buffers[i].remaining()];
      buffers[i].get(taken);
      bytes.writeBytes(taken);
    }
    peer.queue().written();
    return switch (peer.wire()) {
      case WEB_SOCKET ->
          ModelLine.parse(bytes.toByteArray()).stream().map(OneChannel::word).toList();
      case EVENT_STREAM ->
          bytes
              .toString(StandardCharsets.UTF_8)
              .lines()
              .filter(line -> line.startsWith("data: "))
              .map(line -> word(read(line.substring("data: ".length()))))
              .toList();
    };
  }

  private static JsonNode read(String json) {
    try {
      return JSON.readTree(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String word(JsonNode frame) {
    String t = frame.path("t").asText();
    return switch (t) {
      case "event" -> frame.path("seq").asText();
      case "revoked" -> "revoked " + frame.path("seq").asText();
      case "subscribed" -> "subscribed " + frame.path("after").asText();
      case "error" -> Objects.requireNonNull(frame.path("code").asText());
      default -> t;
    };
  }

  private void carryOut() {
    var decision = core.finish(0);
    asked.addAll(core.asks());
    decision.clear();
  }
}
