package io.tailrace.gateway.fanout;

import io.tailrace.gateway.admit.RateGate;
import io.tailrace.gateway.encode.Frame;
import io.tailrace.gateway.encode.Wire;
import io.tailrace.gateway.lane.SendQueue;
import io.tailrace.gateway.resume.Windows;
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
import java.nio.ByteBuffer;
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
  private long offset;

  OneShard(long replayQueueBytes) {
    core =
        new ShardCore(
            new ShardCore.Rules(
                new SessionDesk.Rules(1000, 1000, 1000, 0, 1e6, 1e6, Map.of(), "test"),
                new SubscribeDesk.Rules(
                    (_, _) -> 10, _ -> 0, 10, 3000, 500, new RateGate(1e9, 1e9, 1, 2)),
                replayQueueBytes,
                CONTRACTS::of),
            new Windows(1000, 1 << 24, new long[] {0}),
            _ -> new TokenResult.Accepted(ANN),
            _ -> {});
  }

  Peer connect(long queueBytes) {
    Peer peer = new Peer("s", Wire.WEB_SOCKET, new SendQueue(queueBytes, 100_000), 0);
    core.decide(new Input.Opened(peer), 0);
    core.decide(new Input.Identified(peer, ANN), 0);
    return peer;
  }

  /** What the stores are asked for it. */
  List<JoinWire.Ask> subscribe(Peer peer, String channel, long after) {
    ClientFrame.Want want = new ClientFrame.Want(channel, after, 1, null, Set.of());
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
    core.decide(new Input.Feed(List.of(new Frame(place, 0, 0, null, new byte[bytes]))), 0);
    return carryOut();
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
    decision.counts().forEach((what, count) -> counts.merge(what, count, Long::sum));
    decision.clear();
    return asks;
  }
}
