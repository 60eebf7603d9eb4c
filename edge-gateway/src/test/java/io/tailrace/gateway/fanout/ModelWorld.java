package io.tailrace.gateway.fanout;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.tailrace.gateway.admit.RateGate;
import io.tailrace.gateway.encode.Frame;
import io.tailrace.gateway.encode.Wire;
import io.tailrace.gateway.fanout.ModelClient.Broken;
import io.tailrace.gateway.fanout.ModelClient.Mode;
import io.tailrace.gateway.lane.SendQueue;
import io.tailrace.gateway.resume.Windows;
import io.tailrace.gateway.session.Peer;
import io.tailrace.gateway.session.SessionDesk;
import io.tailrace.gateway.subscribe.SubscribeDesk;
import io.tailrace.schemas.frame.ClientFrame;
import io.tailrace.schemas.frame.ClientFrames;
import io.tailrace.schemas.join.JoinWire;
import io.tailrace.schemas.token.Identity;
import io.tailrace.schemas.token.TokenResult;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A gateway's real core between a model log and model clients, one random step at a time. */
final class ModelWorld {
  private static final JsonMapper JSON = new JsonMapper();
  private static final long WINDOW_MS = 1000;
  private static final int STEPS = 20;
  private static final Identity ANN =
      new Identity("demo", "ann", null, Set.of(), null, Instant.ofEpochSecond(4_000_000_000L));

  private final Random random;
  private final boolean barrier;
  private final double[] weights = new double[STEPS];
  private final ModelLog log = new ModelLog();
  private final List<ModelClient> clients = List.of(new ModelClient(), new ModelClient());
  private final @Nullable Peer[] peers = new @Nullable Peer[2];
  private final List<List<JsonNode>> inFlight = List.of(new ArrayList<>(), new ArrayList<>());
  private final List<JoinWire.Ask> asks = new ArrayList<>();
  private final List<JoinWire.Answer> answers = new ArrayList<>();
  private ShardCore core = core(0);
  private int read;
  private int readyAt;
  private long nowMs = 10_000;
  private int faults;

  ModelWorld(long seed, boolean barrier) {
    this.random = new Random(seed);
    this.barrier = barrier;
    // Each world has its own speeds: that is what finds races.
    for (int i = 0; i < STEPS; i++) {
      weights[i] = Math.pow(2, random.nextDouble() * 8 - 4);
    }
  }

  private ShardCore core(int from) {
    SessionDesk.Rules sessions =
        new SessionDesk.Rules(1_000_000, 1_000_000, 1_000_000, 0, 1e6, 1e6, Map.of(), "test");
    SubscribeDesk.Rules subscriptions =
        new SubscribeDesk.Rules((_, _) -> 10, _ -> 0, 10, 3000, 500, new RateGate(1e9, 1e9, 1, 2));
    return new ShardCore(
        new ShardCore.Rules(sessions, subscriptions, 400),
        new Windows(WINDOW_MS, 1 << 20, new long[] {from}),
        _ -> new TokenResult.Accepted(ANN),
        _ -> {});
  }

  void run(int steps) {
    for (int i = 0; i < steps; i++) {
      step(pick());
    }
    settle();
  }

  private int pick() {
    double sum = Arrays.stream(weights).sum();
    double at = random.nextDouble() * sum;
    for (int i = 0; i < STEPS; i++) {
      at -= weights[i];
      if (at < 0) {
        return i;
      }
    }
    return 0;
  }

  private void step(int action) {
    int c = random.nextInt(2);
    boolean mayFail = faults < 12;
    switch (action) {
      case 0 -> {
        if (log.head() < 12) {
          log.write();
        }
      }
      case 1, 2 -> {
        if (log.mayEmit()) {
          log.emit(nowMs);
        }
      }
      case 3 -> {
        if (log.isOpen() && !log.isDivergent()) {
          log.end(ModelLog.State.COMMITTED);
        }
      }
      case 4, 5 -> replicate(random.nextInt(2));
      case 6, 7 -> readFeed(1 + random.nextInt(3));
      case 8 -> connectOrSubscribe(c);
      case 9 -> serve(random.nextInt(2));
      case 10 -> answer();
      case 11, 12 -> transmit(c);
      case 13 -> deliver(c, 1 + random.nextInt(3));
      case 14 -> catchUp(c);
      case 15 -> nowMs += random.nextInt(400);
      case 16 -> {
        tick();
      }
      case 17 -> {
        if (mayFail && log.isOpen()) {
          faults++;
          log.end(ModelLog.State.ABORTED);
        }
      }
      case 18 -> {
        if (mayFail) {
          faults++;
          sourceFault();
        }
      }
      default -> {
        if (mayFail) {
          faults++;
          edgeFault(c);
        }
      }
    }
  }

  private void sourceFault() {
    switch (random.nextInt(4)) {
      case 0 -> {
        if (log.entries.size() < 40) {
          log.diverge(nowMs);
        }
      }
      case 1 -> {
        if (!log.entries.isEmpty()) {
          log.repeat(random.nextInt(log.entries.size()), nowMs);
        }
      }
      case 2 -> {
        if (log.mayRebuild() && random.nextInt(3) == 0) {
          log.rebuild();
        }
      }
      default -> log.replicas[random.nextInt(2)] = 0;
    }
  }

  private void edgeFault(int c) {
    switch (random.nextInt(4)) {
      case 0 -> {
        for (int i = 0; i < 2; i++) {
          drop(i);
        }
        asks.clear();
        answers.clear();
        read = 0;
        while (read < log.entries.size() && log.entries.get(read).atMs < nowMs - WINDOW_MS) {
          read++;
        }
        readyAt = log.entries.size();
        core = core(read);
      }
      case 1 -> drop(c);
      case 2 -> {
        if (peers[c] != null && clients.get(c).mode != Mode.IDLE) {
          ask(c, new ClientFrame.Unsubscribe(0, ModelLog.NAME));
          clients.get(c).unsubscribed();
        }
      }
      default -> {
        if (peers[c] != null && clients.get(c).mode == Mode.WAIT) {
          ask(c, clients.get(c).subscribe());
        }
      }
    }
  }

  private void drop(int c) {
    Peer peer = peers[c];
    if (peer != null) {
      core.decide(new Input.Gone(peer), nowMs);
      carryOut();
      peers[c] = null;
      inFlight.get(c).clear();
      clients.get(c).disconnected();
    }
  }

  private void replicate(int replica) {
    if (log.replicas[replica] < log.stable()) {
      log.replicas[replica]++;
    }
  }

  private void readFeed(int most) {
    List<Frame> frames = new ArrayList<>();
    while (read < log.entries.size() && frames.size() < most) {
      frames.add(log.frame(read, nowMs));
      read++;
    }
    if (!frames.isEmpty()) {
      core.decide(new Input.Feed(frames), nowMs);
      carryOut();
    }
  }

  private void connectOrSubscribe(int c) {
    if (peers[c] == null) {
      if (read >= readyAt) {
        Peer peer = new Peer("s", Wire.WEB_SOCKET, new SendQueue(600, 100_000), nowMs);
        peers[c] = peer;
        core.decide(new Input.Opened(peer), nowMs);
        core.decide(new Input.Identified(peer, ANN), nowMs);
      }
    } else if (clients.get(c).mode == Mode.IDLE) {
      ask(c, clients.get(c).subscribe());
    }
  }

  private void ask(int c, ClientFrame frame) {
    Peer peer = Objects.requireNonNull(peers[c]);
    core.decide(new Input.Received(peer, new ClientFrames.Read(frame)), nowMs);
    carryOut();
  }

  private void carryOut() {
    var decision = core.finish(nowMs);
    asks.addAll(core.asks());
    if (!decision.closings().isEmpty()) {
      throw new Broken("closed: " + decision.closings());
    }
    decision.clear();
  }

  private void serve(int replica) {
    if (!asks.isEmpty()) {
      int i = random.nextInt(asks.size());
      JoinWire.Answer answer = log.answer(asks.get(i), replica, barrier);
      if (answer != null) {
        asks.remove(i);
        answers.add(answer);
      }
    }
  }

  private void answer() {
    if (!answers.isEmpty()) {
      JoinWire.Answer answer = answers.remove(random.nextInt(answers.size()));
      core.decide(new Input.Joined(List.of(answer)), nowMs);
      carryOut();
    }
  }

  private void tick() {
    core.decide(new Input.Tick(), nowMs);
    carryOut();
  }

  /** The socket takes some of what waits. */
  private void transmit(int c) {
    Peer peer = peers[c];
    if (peer == null) {
      return;
    }
    ByteBuffer[] buffers = new ByteBuffer[1 + random.nextInt(4)];
    int n = peer.queue().gather(buffers);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int i = 0; i < n; i++) {
      byte[] taken = new byte[buffers[i].remaining()];
      buffers[i].get(taken);
      bytes.writeBytes(taken);
    }
    peer.queue().written();
    inFlight.get(c).addAll(parse(bytes.toByteArray()));
    core.decide(new Input.Drained(peer), nowMs);
    carryOut();
  }

  private static List<JsonNode> parse(byte[] bytes) {
    List<JsonNode> frames = new ArrayList<>();
    ByteBuffer in = ByteBuffer.wrap(bytes);
    while (in.hasRemaining()) {
      in.get();
      int length = in.get();
      if (length == 126) {
        length = in.getShort() & 0xFFFF;
      }
      byte[] json = new byte[length];
      in.get(json);
      try {
        frames.add(JSON.readTree(json));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return frames;
  }

  private void deliver(int c, int most) {
    List<JsonNode> waiting = inFlight.get(c);
    for (int i = 0; i < most && !waiting.isEmpty(); i++) {
      clients.get(c).receive(waiting.removeFirst());
    }
  }

  private void catchUp(int c) {
    if (clients.get(c).mode == Mode.CATCH_UP) {
      clients.get(c).catchUp(log, random.nextInt(2));
    }
  }

  /** Faults stop, everything goes on fairly: each client must hold the committed history. */
  private void settle() {
    if (log.isDivergent()) {
      log.end(ModelLog.State.ABORTED);
    }
    if (log.everDivergent()) {
      log.write();
    }
    for (int round = 0; round < 60; round++) {
      while (log.mayEmit()) {
        log.emit(nowMs);
      }
      log.end(ModelLog.State.COMMITTED);
      Arrays.fill(log.replicas, log.entries.size());
      readFeed(Integer.MAX_VALUE);
      for (int c = 0; c < 2; c++) {
        for (int k = 0; k < 10; k++) {
          transmit(c);
          deliver(c, Integer.MAX_VALUE);
          catchUp(c);
        }
        if (clients.get(c).mode == Mode.IDLE || peers[c] == null) {
          connectOrSubscribe(c);
        }
      }
      while (!asks.isEmpty()) {
        serve(0);
      }
      while (!answers.isEmpty()) {
        answer();
      }
      nowMs += 200;
      tick();
    }
    for (ModelClient client : clients) {
      check(client);
    }
  }

  private void check(ModelClient client) {
    if (client.mode != Mode.LIVE || client.epoch != log.epoch() || client.applied != log.head()) {
      throw new Broken(
          "stuck: "
              + client.mode
              + " at "
              + client.epoch
              + "/"
              + client.applied
              + ", head "
              + log.epoch()
              + "/"
              + log.head());
    }
    for (long seq = 1; seq <= log.head(); seq++) {
      Long chain = client.history.get(seq);
      if (chain == null || chain != ModelLog.truth(log.epoch(), seq)) {
        throw new Broken("seq " + seq + " is " + chain);
      }
    }
  }
}
