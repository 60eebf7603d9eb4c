package io.tailrace.gateway.fanout;

import com.fasterxml.jackson.databind.JsonNode;
import io.tailrace.gateway.encode.Frame;
import io.tailrace.gateway.encode.Wire;
import io.tailrace.gateway.fanout.ModelClient.Mode;
import io.tailrace.gateway.session.Peer;
import io.tailrace.schemas.event.MemberChange;
import io.tailrace.schemas.frame.ClientFrame;
import io.tailrace.schemas.frame.ClientFrames;
import io.tailrace.schemas.join.JoinWire;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** A gateway's real core between a model log and model clients, one random step at a time. */
final class ModelWorld {
  private static final long WINDOW_MS = 1000;
  private static final int AGAIN_ROUNDS = 50;
  private static final int STEPS = 22;
  private static final List<String> USERS = List.of("ann", "ann", "bob", "cat");

  /** The ref of an {@code auth} that narrows the token. */
  static final int NARROW = 1;

  private static final int WIDE = 2;

  private final Random random;
  private final ModelLog.Barrier barrier;
  private final double[] weights = new double[STEPS];
  private final ModelLog log;
  private final List<ModelLine> lines = new ArrayList<>();
  private final List<JoinWire.Answer> answers = new ArrayList<>();
  private final ModelShard shard;
  private int read;
  private int readyAt;
  private long nowMs = 10_000;
  private final int faultsMax;
  private int faults;
  private final double changes;

  ModelWorld(long seed, ModelLog.Barrier barrier) {
    this.random = new Random(seed);
    this.barrier = barrier;
    this.log = new ModelLog(new ModelMembers(random.nextBoolean(), random.nextInt(4) == 0));
    this.changes = random.nextInt(4) * 0.2;
    this.faultsMax = random.nextBoolean() ? 12 : 0;
    this.shard = new ModelShard(WINDOW_MS, 250 + random.nextInt(350));
    int users = 1 + random.nextInt(USERS.size());
    for (int i = 0; i < users; i++) {
      lines.add(new ModelLine(USERS.get(random.nextInt(USERS.size())), log));
      if (changes > 0.2) {
        log.write(new MemberChange(lines.getLast().user, "guest"));
      }
    }
    // Each world has its own speeds: that is what finds races.
    for (int i = 0; i < STEPS; i++) {
      weights[i] = Math.pow(2, random.nextDouble() * 8 - 4);
    }
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
    ModelLine line = lines.get(random.nextInt(lines.size()));
    boolean mayFail = faults < faultsMax;
    switch (action) {
      case 0 -> {
        if (log.head() < 16) {
          log.write(anyChange());
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
      case 8 -> connectOrSubscribe(line);
      case 9 -> serve(random.nextInt(2));
      case 10 -> answer();
      case 11, 12 -> transmit(line);
      case 13 -> deliver(line, 1 + random.nextInt(3));
      case 14 -> catchUp(line);
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
      case 19 -> {
        if (line.client.mode == Mode.GONE && line.peer != null) {
          ask(line, line.client.subscribe());
        }
      }
      case 20 -> {
        if (line.peer != null && random.nextInt(4) == 0) {
          auth(line, !line.narrow);
        }
      }
      default -> {
        if (mayFail) {
          faults++;
          edgeFault(line);
        }
      }
    }
  }

  /** The first one of a channel adds somebody. */
  private @Nullable MemberChange anyChange() {
    if (random.nextDouble() >= changes) {
      return null;
    }
    boolean adds = log.members.isOpen() || random.nextBoolean();
    String user = lines.get(random.nextInt(lines.size())).user;
    return new MemberChange(random.nextInt(4) == 0 ? "dan" : user, adds ? "guest" : null);
  }

  private void auth(ModelLine line, boolean narrow) {
    line.narrow = narrow;
    ask(
        line,
        new ClientFrame.Auth(narrow ? NARROW : WIDE, narrow ? line.user + ":doc:b" : line.user));
  }

  private void sourceFault() {
    switch (random.nextInt(4)) {
      case 0 -> {
        if (log.entries.size() < 40) {
          log.diverge(anyChange(), nowMs);
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

  private void edgeFault(ModelLine line) {
    switch (random.nextInt(4)) {
      case 0 -> {
        lines.forEach(this::drop);
        answers.clear();
        read = 0;
        while (read < log.entries.size() && log.entries.get(read).atMs < nowMs - WINDOW_MS) {
          read++;
        }
        readyAt = log.entries.size();
        shard.restart(read);
      }
      case 1 -> drop(line);
      case 2 -> {
        if (line.peer != null && line.client.mode != Mode.IDLE) {
          ask(line, new ClientFrame.Unsubscribe(0, ModelLog.NAME));
          line.client.unsubscribed();
        }
      }
      default -> {
        if (line.peer != null && line.client.mode == Mode.WAIT) {
          ask(line, line.client.subscribe());
        }
      }
    }
  }

  private void drop(ModelLine line) {
    Peer peer = line.peer;
    if (peer != null) {
      shard.decide(new Input.Gone(peer), nowMs);
      line.disconnected();
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
      shard.decide(new Input.Feed(frames), nowMs);
    }
  }

  private void connectOrSubscribe(ModelLine line) {
    if (line.peer == null) {
      if (read >= readyAt) {
        Peer peer = new Peer("s", Wire.WEB_SOCKET, shard.queue(), nowMs);
        line.connected(peer);
        shard.decide(new Input.Opened(peer), nowMs);
        shard.decide(new Input.Identified(peer, ModelShard.identity(line.user)), nowMs);
      }
    } else if (line.client.mode == Mode.IDLE) {
      ask(line, line.client.subscribe());
    }
  }

  private void ask(ModelLine line, ClientFrame frame) {
    Peer peer = Objects.requireNonNull(line.peer);
    shard.decide(new Input.Received(peer, new ClientFrames.Read(frame)), nowMs);
  }

  private void serve(int replica) {
    if (!shard.asks.isEmpty()) {
      int i = random.nextInt(shard.asks.size());
      JoinWire.Answer answer = log.answer(shard.asks.get(i), replica, barrier);
      if (answer != null) {
        shard.asks.remove(i);
        answers.add(answer);
      }
    }
  }

  private void answer() {
    if (!answers.isEmpty()) {
      JoinWire.Answer answer = answers.remove(random.nextInt(answers.size()));
      shard.decide(new Input.Joined(List.of(answer)), nowMs);
    }
  }

  private void tick() {
    shard.decide(new Input.Tick(), nowMs);
  }

  /** The socket takes some of what waits. */
  private void transmit(ModelLine line) {
    if (line.peer != null) {
      shard.transmit(line.peer, 1 + random.nextInt(4), nowMs).forEach(line::sent);
    }
  }

  private static void deliver(ModelLine line, int most) {
    List<JsonNode> waiting = line.inFlight;
    for (int i = 0; i < most && !waiting.isEmpty(); i++) {
      line.client.receive(waiting.removeFirst());
    }
  }

  private void catchUp(ModelLine line) {
    if (line.client.mode == Mode.CATCH_UP) {
      line.client.catchUp(log, random.nextInt(2));
    }
  }

  /** Faults stop, everything goes on fairly: each client must hold the committed history. */
  private void settle() {
    if (log.isDivergent()) {
      log.end(ModelLog.State.ABORTED);
    }
    if (log.everDivergent()) {
      log.write(null);
    }
    for (int round = 0; round < 60; round++) {
      while (log.mayEmit()) {
        log.emit(nowMs);
      }
      log.end(ModelLog.State.COMMITTED);
      Arrays.fill(log.replicas, log.entries.size());
      readFeed(Integer.MAX_VALUE);
      for (ModelLine line : lines) {
        settle(line, round);
      }
      serveAll();
      while (!answers.isEmpty()) {
        answer();
      }
      nowMs += 200;
      tick();
    }
    for (ModelLine line : lines) {
      line.check();
    }
  }

  private void settle(ModelLine line, int round) {
    for (int k = 0; k < 10; k++) {
      transmit(line);
      deliver(line, Integer.MAX_VALUE);
      catchUp(line);
    }
    if (line.peer != null && line.narrow) {
      auth(line, false);
    } else if (line.client.mode == Mode.IDLE || line.peer == null) {
      connectOrSubscribe(line);
    } else if (line.client.mode == Mode.GONE && round < AGAIN_ROUNDS) {
      ask(line, line.client.subscribe());
    }
  }

  /** A question that is not answered now never is: its registration has ended. */
  private void serveAll() {
    for (JoinWire.Ask ask : List.copyOf(shard.asks)) {
      JoinWire.Answer answer = log.answer(ask, 0, barrier);
      if (answer != null) {
        answers.add(answer);
      }
    }
    shard.asks.clear();
  }
}
