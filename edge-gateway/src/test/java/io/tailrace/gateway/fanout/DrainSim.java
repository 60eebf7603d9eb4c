package io.tailrace.gateway.fanout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.gateway.admit.RateGate;
import io.tailrace.gateway.drain.DrainDesk;
import io.tailrace.gateway.encode.Wire;
import io.tailrace.gateway.lane.Budget;
import io.tailrace.gateway.lane.SendQueue;
import io.tailrace.gateway.resume.Windows;
import io.tailrace.gateway.session.Decision;
import io.tailrace.gateway.session.Peer;
import io.tailrace.gateway.session.SessionDesk;
import io.tailrace.gateway.subscribe.SubscribeDesk;
import io.tailrace.schemas.contract.Contracts;
import io.tailrace.schemas.frame.ClientFrame;
import io.tailrace.schemas.frame.ClientFrames;
import io.tailrace.schemas.token.Identity;
import io.tailrace.schemas.token.TokenResult;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * The real core, in virtual time, while its gateway leaves: connections come, say hello, and go as
 * they like. A failure names the seed; {@code -Dsim.seed=N} runs it alone.
 */
final class DrainSim {
  private static final int WORLDS = Integer.getInteger("sim.worlds", 6000) / 3;
  private static final long TICK_MS = 200;
  private static final long MOVE_MS = 5000;
  private static final int TOLD_PER_TURN = 2000;
  private static final Identity ANN =
      new Identity("demo", "ann", null, Set.of(), null, Instant.ofEpochSecond(4_000_000_000L));
  private static final Pattern DRAIN =
      Pattern.compile("\\{\"t\":\"drain\",\"reconnectAfterMs\":(\\d+),\"deadlineMs\":(\\d+)}");
  private static final Pattern RETRY = Pattern.compile("retry: (\\d+)\n\n");

  @Test
  void everybodyIsToldOnceAndGoesInTime() {
    Long alone = Long.getLong("sim.seed");
    long first = alone == null ? System.nanoTime() : alone;
    for (long seed = first; seed < first + (alone == null ? WORLDS : 1); seed++) {
      try {
        new World(seed).run();
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("-Dsim.seed=" + seed + ": " + e.getMessage(), e);
      }
    }
  }

  @Test
  void aLargeShardIsToldInTurnsWhoGoesFirstIsToldFirst() {
    World world = new World(1);
    world.plan = new DrainDesk.Plan(2000, 10_000, 25_000, 1);
    int connections = 2 * TOLD_PER_TURN + 1;
    for (int i = 0; i < connections; i++) {
      world.open(Wire.WEB_SOCKET, true);
    }
    world.leave();
    List<Integer> told = new ArrayList<>();
    long last = 0;
    while (told.stream().mapToInt(n -> n).sum() < connections) {
      int now = 0;
      for (Client client : world.clients.values()) {
        if (client.toldMs == world.nowMs) {
          now++;
          assertTrue(client.leavesMs >= last, "the soonest are told first");
          last = client.leavesMs;
        }
      }
      told.add(now);
      world.tick();
    }
    assertEquals(List.of(TOLD_PER_TURN, TOLD_PER_TURN, 1), told);
  }

  /** What a connection has heard. */
  private static final class Client {
    final Peer peer;
    final long openedMs;
    long toldMs = -1;
    long leavesMs = -1;
    long closedMs = -1;

    Client(Peer peer, long openedMs) {
      this.peer = peer;
      this.openedMs = openedMs;
    }
  }

  private static final class World {
    private final Random random;
    private final ShardCore core;
    private final Map<Peer, Client> clients = new LinkedHashMap<>();
    private DrainDesk.Plan plan;
    private long nowMs;
    private long beganMs = -1;

    World(long seed) {
      random = new Random(seed);
      long noticeMs = random.nextLong(3000);
      long windowMs = random.nextLong(8000);
      long deadlineMs = noticeMs + windowMs + random.nextLong(8000);
      plan = new DrainDesk.Plan(noticeMs, windowMs, deadlineMs, seed);
      core =
          new ShardCore(
              new ShardCore.Rules(
                  new SessionDesk.Rules(100_000, 100_000, 100_000, 0, 1e6, 1e6, Map.of(), "test"),
                  new SubscribeDesk.Rules(
                      (_, _) -> 10, _ -> 0, 10, 3000, 500, new RateGate(1e9, 1e9, 1, 2)),
                  1000,
                  Contracts.shipped()::of,
                  new Budget(1L << 40)),
              new Windows(1000, 1 << 24, new long[] {0}),
              _ -> new TokenResult.Accepted(ANN),
              _ -> {});
    }

    void run() {
      int connections = random.nextInt(30);
      for (int i = 0; i < connections; i++) {
        step();
      }
      leave();
      while (nowMs <= beganMs + plan.deadlineMs() + TICK_MS) {
        for (int steps = random.nextInt(3); steps > 0; steps--) {
          step();
        }
        if (random.nextInt(20) == 0) {
          core.decide(new Input.Leave(new DrainDesk.Plan(0, 1, 1, 7)), nowMs);
        }
        tick();
        judge();
      }
      clients
          .values()
          .forEach(client -> assertTrue(client.closedMs >= 0, "nobody is left after the deadline"));
    }

    private void step() {
      switch (random.nextInt(4)) {
        case 0 -> open(Wire.EVENT_STREAM, true);
        case 1, 2 -> open(Wire.WEB_SOCKET, random.nextBoolean());
        default -> {
          List<Client> open =
              clients.values().stream().filter(client -> client.closedMs < 0).toList();
          if (!open.isEmpty()) {
            Client client = open.get(random.nextInt(open.size()));
            if (client.peer.identity() == null) {
              hello(client.peer);
            } else if (random.nextInt(4) == 0) {
              core.decide(new Input.Gone(client.peer), nowMs);
              carryOut();
              clients.remove(client.peer);
            }
          }
        }
      }
    }

    void open(Wire wire, boolean known) {
      Peer peer =
          new Peer(
              "s",
              wire,
              new SendQueue(new SendQueue.Bounds(100_000, 10_000, 100_000), core.account()),
              nowMs);
      clients.put(peer, new Client(peer, nowMs));
      core.decide(new Input.Opened(peer), nowMs);
      if (wire == Wire.EVENT_STREAM) {
        core.decide(new Input.Identified(peer, ANN), nowMs);
      } else if (known) {
        hello(peer);
      }
      carryOut();
    }

    private void hello(Peer peer) {
      ClientFrame hello = new ClientFrame.Hello(1, "token", null, 1);
      core.decide(new Input.Received(peer, new ClientFrames.Read(hello)), nowMs);
      carryOut();
    }

    void leave() {
      beganMs = nowMs;
      core.decide(new Input.Leave(plan), nowMs);
      carryOut();
    }

    void tick() {
      nowMs += TICK_MS;
      core.decide(new Input.Tick(), nowMs);
      carryOut();
    }

    private void carryOut() {
      Decision decision = core.finish(nowMs);
      for (Peer peer : decision.changed()) {
        Client client = clients.get(peer);
        if (client != null) {
          read(client);
        }
      }
      for (Decision.Closing closing : decision.closings()) {
        Client client = clients.get(closing.peer());
        if (client == null || client.closedMs >= 0) {
          throw new AssertionError("closed once, while it is there");
        }
        assertEquals(1001, closing.code());
        assertEquals("drained", closing.label());
        client.closedMs = nowMs;
        core.decide(new Input.Gone(client.peer), nowMs);
      }
      decision.clear();
    }

    /** What the rules say, in the simplest words. */
    private void judge() {
      for (Client client : clients.values()) {
        boolean isStream = client.peer.wire() == Wire.EVENT_STREAM;
        if (client.peer.identity() == null) {
          assertEquals(-1, client.toldMs, "nobody is told before it is greeted");
        } else if (client.closedMs < 0) {
          assertTrue(client.toldMs >= 0, "everybody knows by the next tick");
        }
        if (client.toldMs >= 0 && client.openedMs < beganMs) {
          long after = client.leavesMs - beganMs;
          boolean inTime = after >= plan.noticeMs() && after <= plan.noticeMs() + plan.windowMs();
          // Who says hello late goes at once.
          assertTrue(inTime || client.leavesMs == client.toldMs, "goes in the window: " + after);
        }
        boolean over = nowMs - beganMs >= plan.deadlineMs();
        boolean hadItsTime = isStream && client.toldMs >= 0 && nowMs >= client.leavesMs + MOVE_MS;
        assertEquals(over || hadItsTime, client.closedMs >= 0, "closed in time, and not before");
      }
      clients.values().removeIf(client -> client.closedMs >= 0);
    }

    private void read(Client client) {
      String text = text(client.peer);
      Matcher drain = DRAIN.matcher(text);
      if (drain.find()) {
        assertEquals(-1, client.toldMs, "nobody is told twice");
        client.toldMs = nowMs;
        client.leavesMs = nowMs + Long.parseLong(drain.group(1));
        long deadline = Math.max(nowMs, beganMs + plan.deadlineMs());
        assertEquals(deadline, nowMs + Long.parseLong(drain.group(2)));
        Matcher retry = RETRY.matcher(text);
        assertEquals(client.peer.wire() == Wire.EVENT_STREAM, retry.find());
        if (client.peer.wire() == Wire.EVENT_STREAM) {
          assertEquals(drain.group(1), retry.group(1));
        }
        int greeted = text.indexOf("welcome");
        assertTrue(greeted < drain.start(), "after the welcome");
        assertTrue(!drain.find(), "nobody is told twice");
      }
    }

    private static String text(Peer peer) {
      StringBuilder text = new StringBuilder();
      ByteBuffer[] buffers = new ByteBuffer[64];
      while (!peer.queue().isEmpty()) {
        int n = peer.queue().gather(buffers);
        for (int i = 0; i < n; i++) {
          text.append(StandardCharsets.ISO_8859_1.decode(buffers[i]));
        }
        peer.queue().written();
      }
      return text.toString();
    }
  }
}
