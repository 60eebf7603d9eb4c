package io.tailrace.gateway.fanout;

import com.fasterxml.jackson.databind.JsonNode;
import io.tailrace.gateway.admit.RateGate;
import io.tailrace.gateway.fanout.ModelClient.Broken;
import io.tailrace.gateway.lane.Budget;
import io.tailrace.gateway.lane.SendQueue;
import io.tailrace.gateway.resume.Windows;
import io.tailrace.gateway.session.Peer;
import io.tailrace.gateway.session.SessionDesk;
import io.tailrace.gateway.subscribe.SubscribeDesk;
import io.tailrace.schemas.contract.Contracts;
import io.tailrace.schemas.join.JoinWire;
import io.tailrace.schemas.token.Identity;
import io.tailrace.schemas.token.TokenResult;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The real core of a shard, and what it has asked the stores. */
final class ModelShard {
  private static final Contracts CONTRACTS = Contracts.shipped();
  final List<JoinWire.Ask> asks = new ArrayList<>();
  final long queueBytes;
  private final long windowMs;
  private ShardCore core;

  ModelShard(long windowMs, long queueBytes) {
    this.windowMs = windowMs;
    this.queueBytes = queueBytes;
    this.core = core(0);
  }

  /** Begins anew at an offset. */
  void restart(int from) {
    asks.clear();
    core = core(from);
  }

  private ShardCore core(int from) {
    SessionDesk.Rules sessions =
        new SessionDesk.Rules(1_000_000, 1_000_000, 1_000_000, 0, 1e6, 1e6, Map.of(), "test");
    SubscribeDesk.Rules subscriptions =
        new SubscribeDesk.Rules(
            (who, channel) -> who.mayUse(channel) ? 10 : 0,
            _ -> 0,
            10,
            3000,
            500,
            new RateGate(1e9, 1e9, 1, 2));
    return new ShardCore(
        new ShardCore.Rules(
            sessions, subscriptions, queueBytes / 2, CONTRACTS::of, new Budget(1L << 40)),
        new Windows(windowMs, 1 << 20, new long[] {from}),
        token -> new TokenResult.Accepted(identity(token)),
        _ -> {});
  }

  /** A token is its user and, after a colon, the one channel that it is good for. */
  static Identity identity(String token) {
    String[] parts = token.split(":", 2);
    List<String> patterns = parts.length == 1 ? null : List.of(parts[1]);
    return new Identity(
        "demo", parts[0], null, Set.of(), patterns, Instant.ofEpochSecond(4_000_000_000L));
  }

  /** The queue of a connection to come. */
  SendQueue queue() {
    return new SendQueue(new SendQueue.Bounds(queueBytes, 10_000, 100_000), core.account());
  }

  /** One turn. */
  void decide(Input input, long nowMs) {
    core.decide(input, nowMs);
    var decision = core.finish(nowMs);
    asks.addAll(core.asks());
    if (!decision.closings().isEmpty()) {
      throw new Broken("closed: " + decision.closings());
    }
    decision.clear();
  }

  /** A socket takes so many entries of what waits. */
  List<JsonNode> transmit(Peer peer, int entries, long nowMs) {
    ByteBuffer[] buffers = new ByteBuffer[entries];
    int n = peer.queue().gather(buffers);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int i = 0; i < n; i++) {
      byte[] taken = new byte[buffers[i].remaining()];
      buffers[i].get(taken);
      bytes.writeBytes(taken);
    }
    peer.queue().written();
    decide(new Input.Drained(peer), nowMs);
    return ModelLine.parse(bytes.toByteArray());
  }
}
