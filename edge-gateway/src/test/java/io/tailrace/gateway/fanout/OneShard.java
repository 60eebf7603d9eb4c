package io.tailrace.gateway.fanout;

import com.fasterxml.jackson.databind.JsonNode;
import io.tailrace.gateway.admit.RateGate;
import io.tailrace.gateway.encode.Frame;
import io.tailrace.gateway.encode.Wire;
import io.tailrace.gateway.ephemeral.EphemeralFrame;
import io.tailrace.gateway.ephemeral.HubInput;
import io.tailrace.gateway.lane.Account;
import io.tailrace.gateway.lane.Budget;
import io.tailrace.gateway.lane.Lane;
import io.tailrace.gateway.lane.SendQueue;
import io.tailrace.gateway.resume.Windows;
import io.tailrace.gateway.session.Decision;
import io.tailrace.gateway.session.Happening;
import io.tailrace.gateway.session.Peer;
import io.tailrace.gateway.session.SessionDesk;
import io.tailrace.gateway.subscribe.SubscribeDesk;
import io.tailrace.schemas.contract.Contracts;
import io.tailrace.schemas.frame.ClientFrame;
import io.tailrace.schemas.frame.ClientFrames;
import io.tailrace.schemas.join.JoinWire;
import io.tailrace.schemas.token.Identity;
import io.tailrace.schemas.token.TokenResult;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The real core of a shard, its time standing still; one partition, one tenant, one user. */
final class OneShard {
  private static final Identity ANN =
      new Identity("demo", "ann", null, Set.of(), null, Instant.ofEpochSecond(4_000_000_000L));
  private static final Contracts CONTRACTS = Contracts.shipped();
  private final ShardCore core;
  private final Map<Happening, Long> counts = new EnumMap<>(Happening.class);
  private final Map<Lane, Long> shed = new EnumMap<>(Lane.class);
  private final List<String> missed = new ArrayList<>();
  private final List<Integer> closed = new ArrayList<>();
  private long offset;

  OneShard(long replayQueueBytes) {
    this(replayQueueBytes, new Budget(1L << 40));
  }

  OneShard(long replayQueueBytes, Budget budget) {
    core =
        new ShardCore(
            new ShardCore.Rules(
                new SessionDesk.Rules(1000, 1000, 1000, 0, 1e6, 1e6, Map.of(), "test"),
                new SubscribeDesk.Rules(
                    (_, _) -> 10, _ -> 0, 10, 3000, 500, new RateGate(1e9, 1e9, 1, 2)),
                replayQueueBytes,
                CONTRACTS::of,
                budget),
            new Windows(1000, 1 << 24, new long[] {0}),
            _ -> new TokenResult.Accepted(ANN),
            _ -> {});
  }

  Peer connect(long queueBytes) {
    return connect(queueBytes, Wire.WEB_SOCKET);
  }

  Peer connect(long queueBytes, Wire wire) {
    Peer peer =
        new Peer(
            "s",
            wire,
            new SendQueue(new SendQueue.Bounds(queueBytes, 10_000, 100_000), core.account()),
            0);
    core.decide(new Input.Opened(peer), 0);
    core.decide(new Input.Identified(peer, ANN), 0);
    return peer;
  }

  /** What the stores are asked for it. */
  List<JoinWire.Ask> subscribe(Peer peer, String channel, long after) {
    return subscribe(peer, channel, after, Set.of());
  }

  List<JoinWire.Ask> subscribe(Peer peer, String channel, long after, Set<String> lanes) {
    ClientFrame.Want want = new ClientFrame.Want(channel, after, 1, null, lanes);
    ClientFrame frame = new ClientFrame.Subscribe(1, List.of(want), false);
    core.decide(new Input.Received(peer, new ClientFrames.Read(frame)), 0);
    return carryOut();
  }

  /** The stores' answer to all: the same head. */
  void answer(List<JoinWire.Ask> asks, long head) {
    List<JoinWire.Answer> answers = new ArrayList<>();
    for (JoinWire.Ask ask : asks) {
      answers.add(
          new JoinWire.Answer.View(ask.number(), 1, head, 0, 1, JoinWire.Entry.OPEN, null, null));
    }
    core.decide(new Input.Joined(answers), 0);
    carryOut();
  }

  /** The next event of a channel comes; what the stores are asked because of it. */
  List<JoinWire.Ask> see(String channel, long seq, int bytes) {
    Frame.Place place = new Frame.Place("demo/" + channel, 0, offset++, 1, seq, seq);
    byte[] json = json(channel, seq, bytes);
    core.decide(new Input.Feed(List.of(new Frame(place, 0, 0, null, json))), 0);
    return carryOut();
  }

  /** Of exactly this size; what is too small to say it says nothing. */
  private static byte[] json(String channel, long seq, int bytes) {
    String head = "{\"t\":\"event\",\"channel\":\"" + channel + "\",\"seq\":" + seq + ",\"x\":\"";
    int pad = bytes - head.length() - 2;
    return pad < 0
        ? new byte[bytes]
        : (head + "x".repeat(pad) + "\"}").getBytes(StandardCharsets.UTF_8);
  }

  void unsubscribe(Peer peer, String channel) {
    ClientFrame frame = new ClientFrame.Unsubscribe(1, channel);
    core.decide(new Input.Received(peer, new ClientFrames.Read(frame)), 0);
    carryOut();
  }

  /** A subscription that is live and has been told so. */
  Peer live(long queueBytes, String channel) {
    Peer peer = connect(queueBytes);
    answer(subscribe(peer, channel, 0), 0);
    frames(peer);
    return peer;
  }

  /** Ephemeral frames come. */
  void show(EphemeralFrame... frames) {
    core.decide(new Input.Shown(List.of(frames)), 0);
    carryOut();
  }

  /** Presence of a channel had no room on its way to the shard. */
  void unshown(String channel) {
    core.decide(new Input.Unshown(Set.of("demo/" + channel)), 0);
    carryOut();
  }

  /** Time passes, and the client gives a sign of life. */
  void tick(Peer peer, long nowMs) {
    core.decide(new Input.Heard(peer), nowMs);
    core.decide(new Input.Tick(), nowMs);
    carryOut();
  }

  /** What the socket takes now: all that waits, up to 64 entries. */
  List<JsonNode> frames(Peer peer) {
    ByteBuffer[] buffers = new ByteBuffer[64];
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    int n = peer.queue().gather(buffers);
    for (int i = 0; i < n; i++) {
      byte[] taken = new byte[buffers[i].remaining()];
      buffers[i].get(taken);
      bytes.writeBytes(taken);
    }
    peer.queue().written();
    return ModelLine.parse(bytes.toByteArray());
  }

  /** The socket takes so many bytes and no more. */
  void takeBytes(Peer peer, int most) {
    ByteBuffer[] buffers = new ByteBuffer[64];
    int n = peer.queue().gather(buffers);
    int left = most;
    for (int i = 0; i < n && left > 0; i++) {
      int taken = Math.min(left, buffers[i].remaining());
      buffers[i].position(buffers[i].position() + taken);
      left -= taken;
    }
    peer.queue().written();
  }

  /** What was shed in a lane, as the gateway's metrics are told. */
  long shed(Lane lane) {
    core.account().drainTo((of, more, _) -> shed.merge(of, more, Long::sum));
    return shed.getOrDefault(lane, 0L);
  }

  Account account() {
    return core.account();
  }

  /** The channels of which the hub is to show the whole state anew, since the last call. */
  List<String> missed() {
    List<String> taken = List.copyOf(missed);
    missed.clear();
    return taken;
  }

  /** The codes with which connections were to be closed. */
  List<Integer> closed() {
    return closed;
  }

  /** The socket takes all that waits; how many bytes. */
  long drain(Peer peer) {
    ByteBuffer[] buffers = new ByteBuffer[64];
    long bytes = 0;
    while (!peer.queue().isEmpty()) {
      int n = peer.queue().gather(buffers);
      for (int i = 0; i < n; i++) {
        bytes += buffers[i].remaining();
        buffers[i].position(buffers[i].limit());
      }
      peer.queue().written();
    }
    core.decide(new Input.Drained(peer), 0);
    carryOut();
    return bytes;
  }

  long count(Happening happening) {
    return counts.getOrDefault(happening, 0L);
  }

  private List<JoinWire.Ask> carryOut() {
    var decision = core.finish(0);
    List<JoinWire.Ask> asks = core.asks();
    for (HubInput input : core.toHub()) {
      if (input instanceof HubInput.Missed(String channel, _)) {
        missed.add(channel);
      }
    }
    core.toHub().clear();
    for (Decision.Closing closing : decision.closings()) {
      closed.add(closing.code());
    }
    decision.counts().forEach((what, count) -> counts.merge(what, count, Long::sum));
    decision.clear();
    return asks;
  }
}
