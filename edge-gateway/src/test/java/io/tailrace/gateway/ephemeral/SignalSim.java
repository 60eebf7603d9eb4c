package io.tailrace.gateway.ephemeral;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.tailrace.gateway.encode.Wire;
import io.tailrace.gateway.lane.Account;
import io.tailrace.gateway.lane.Lane;
import io.tailrace.gateway.lane.SendQueue;
import io.tailrace.gateway.session.Peer;
import io.tailrace.schemas.contract.Contract;
import io.tailrace.schemas.contract.Contracts;
import io.tailrace.schemas.frame.ClientFrame;
import io.tailrace.schemas.token.Identity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/**
 * Gateways over one log in virtual time: who is shown what, beside a model that knows the last
 * thing that each user said.
 */
final class SignalSim {
  private static final JsonMapper JSON = new JsonMapper();
  private static final Contract CHAT = Objects.requireNonNull(Contracts.shipped().of("chat"));
  private static final long WINDOW_MS = 50;
  private static final long TTL_MS = CHAT.signals().ttlMs();
  private static final int STEPS = 4000;

  /** The same channel name in two tenants: they are two channels. */
  private static final List<String> CHANNELS = List.of("demo/chat:a", "acme/chat:a", "demo/chat:b");

  private record Entry(String key, byte[] value, long writtenMs) {}

  private static final class OneGateway implements HubOut {
    final SignalDesk desk = new SignalDesk(WINDOW_MS, 1000);
    final Map<String, List<Peer>> live = new LinkedHashMap<>();
    final List<EphemeralFrame> shown = new ArrayList<>();
    final Map<HubOut.Drop, Integer> drops = new HashMap<>();
    final List<Entry> log;
    int offset;
    long nowMs;

    OneGateway(List<Entry> log) {
      this.log = log;
    }

    List<Peer> in(String channel) {
      return live.getOrDefault(channel, List.of());
    }

    @Override
    public void write(String key, byte @Nullable [] value) {
      log.add(new Entry(key, Objects.requireNonNull(value), nowMs));
    }

    @Override
    public void show(EphemeralFrame frame) {
      shown.add(frame);
    }

    @Override
    public void dropped(Drop reason) {
      drops.merge(reason, 1, Integer::sum);
    }

    void tick() {
      desk.tick(nowMs, this);
    }

    void read() {
      while (offset < log.size()) {
        Entry entry = log.get(offset++);
        desk.read(entry.key(), entry.value(), entry.writtenMs(), nowMs, this);
      }
    }
  }

  private static Identity identity(String channel, String user) {
    String tenant = channel.substring(0, channel.indexOf('/'));
    return new Identity(tenant, user, null, Set.of(), null, Instant.EPOCH);
  }

  private static Peer peer(String session) {
    return new Peer(
        session,
        Wire.WEB_SOCKET,
        new SendQueue(new SendQueue.Bounds(1000, 1000, 1000), new Account()),
        0);
  }

  private static void enter(OneGateway at, String channel, Peer peer, String user) {
    at.live.computeIfAbsent(channel, _ -> new ArrayList<>()).add(peer);
    at.desk.said(
        new HubInput.Entered(
            channel, peer, identity(channel, user), CHAT, Set.of(Lane.EVENT, Lane.SIGNAL)),
        at.nowMs,
        at);
  }

  private static void say(
      OneGateway at, String channel, Peer peer, String user, String type, int n) {
    at.desk.said(
        new HubInput.Said(
            channel,
            peer,
            identity(channel, user),
            new ClientFrame.Signal(
                channel.substring(channel.indexOf('/') + 1), type, Integer.toString(n))),
        at.nowMs,
        at);
  }

  private static JsonNode json(EphemeralFrame frame) {
    try {
      return JSON.readTree(frame.json());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @RepeatedTest(10)
  void theLatestOfEachReachesAllOthersInTheChannelAndNobodyElse() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    List<Entry> log = new ArrayList<>();
    List<OneGateway> gateways = List.of(new OneGateway(log), new OneGateway(log));
    Map<String, Integer> latest = new TreeMap<>();
    Map<Integer, Peer> saidBy = new HashMap<>();
    Map<Peer, Map<String, Integer>> screens = new HashMap<>();
    long nowMs = 1_000_000;
    int seen = 0;
    for (String channel : CHANNELS) {
      for (OneGateway gateway : gateways) {
        gateway.nowMs = nowMs;
        for (int n = 0; n < 2; n++) {
          Peer peer = peer(channel + gateways.indexOf(gateway) + n);
          screens.put(peer, new TreeMap<>());
          enter(gateway, channel, peer, "watcher");
        }
      }
    }
    for (int step = 1; step <= STEPS; step++) {
      nowMs += random.nextInt(20);
      OneGateway gateway = gateways.get(random.nextInt(2));
      gateway.nowMs = nowMs;
      switch (random.nextInt(4)) {
        case 0, 1 -> {
          String channel = CHANNELS.get(random.nextInt(CHANNELS.size()));
          Peer by = gateway.in(channel).get(random.nextInt(2));
          String user = "u" + random.nextInt(3);
          String type = random.nextBoolean() ? "typing" : "cursor";
          // A user of the model is on one gateway: two places say things in an order of their own.
          user += gateways.indexOf(gateway);
          say(gateway, channel, by, user, type, step);
          latest.put(channel + ' ' + user + ' ' + type, step);
          saidBy.put(step, by);
        }
        case 2 -> gateway.tick();
        default -> gateway.read();
      }
      seen += look(gateways, screens, saidBy, seed);
    }
    for (OneGateway gateway : gateways) {
      gateway.nowMs = nowMs + WINDOW_MS;
      gateway.tick();
    }
    for (OneGateway gateway : gateways) {
      gateway.read();
    }
    seen += look(gateways, screens, saidBy, seed);
    assertTrue(seen > STEPS / 10, "seed " + seed + " shows only " + seen);
    assertTrue(log.size() < saidBy.size(), "seed " + seed + ": nothing was put together");
    for (String channel : CHANNELS) {
      for (OneGateway gateway : gateways) {
        for (Peer peer : gateway.in(channel)) {
          Map<String, Integer> screen = Objects.requireNonNull(screens.get(peer));
          latest.forEach((place, n) -> {
            if (place.startsWith(channel + ' ') && saidBy.get(n) != peer) {
              assertEquals(n, screen.get(place), "seed " + seed + " " + place);
            }
          });
          screen.keySet().forEach(place -> assertTrue(place.startsWith(channel + ' '), place));
        }
      }
    }
  }

  private static int look(
      List<OneGateway> gateways,
      Map<Peer, Map<String, Integer>> screens,
      Map<Integer, Peer> saidBy,
      long seed) {
    int seen = 0;
    for (OneGateway gateway : gateways) {
      for (EphemeralFrame frame : gateway.shown) {
        JsonNode json = json(frame);
        int n = json.path("data").asInt();
        String place =
            frame.channel() + ' ' + json.path("user").asText() + ' ' + json.path("type").asText();
        assertEquals(frame.channel().substring(5), json.path("channel").asText());
        assertEquals(Lane.SIGNAL, frame.lane());
        assertNotNull(saidBy.get(n), "seed " + seed + ": nobody said " + n);
        for (Peer peer : gateway.in(frame.channel())) {
          if (frame.isFor(peer)) {
            assertTrue(peer != saidBy.get(n), "seed " + seed + ": shown to who said it");
            Integer before = Objects.requireNonNull(screens.get(peer)).put(place, n);
            assertTrue(before == null || before <= n, "seed " + seed + ": went back");
            seen++;
          }
        }
      }
      gateway.shown.clear();
    }
    return seen;
  }

  @Test
  void whatIsOlderThanItMayBeIsNotShown() {
    List<Entry> log = new ArrayList<>();
    OneGateway gateway = new OneGateway(log);
    Peer ann = peer("ann");
    enter(gateway, "demo/chat:a", ann, "ann");
    say(gateway, "demo/chat:a", ann, "ann", "typing", 1);
    gateway.nowMs = WINDOW_MS;
    gateway.tick();
    gateway.nowMs = WINDOW_MS + TTL_MS;
    gateway.read();
    assertEquals(1, gateway.shown.size(), "as old as it may be");
    gateway.offset = 0;
    gateway.nowMs++;

    gateway.read();

    assertEquals(1, gateway.shown.size());
    assertEquals(Map.of(HubOut.Drop.STALE, 1), gateway.drops);
  }

  @Test
  void nothingIsShownOrWrittenOfAChannelThatAllHaveLeft() {
    List<Entry> log = new ArrayList<>();
    OneGateway gateway = new OneGateway(log);
    Peer ann = peer("ann");
    enter(gateway, "demo/chat:a", ann, "ann");
    say(gateway, "demo/chat:a", ann, "ann", "typing", 1);
    gateway.nowMs = WINDOW_MS;
    gateway.tick();
    gateway.desk.said(new HubInput.Left("demo/chat:a", ann), gateway.nowMs, gateway);

    gateway.read();

    assertEquals(List.of(), gateway.shown);
  }

  @Test
  void recordsThatAreNoneAreCountedAndDoNoHarm() {
    List<Entry> log = new ArrayList<>();
    OneGateway gateway = new OneGateway(log);
    enter(gateway, "demo/chat:a", peer("ann"), "ann");
    List<String> bad =
        List.of(
            "",
            "[",
            "[]",
            "7",
            "{}",
            "{\"user\":\"a\",\"type\":\"b\",\"data\":1}",
            "{\"user\":1,\"type\":\"b\",\"data\":1,\"ttlMs\":5}");
    for (String value : bad) {
      log.add(new Entry("demo/chat:a", value.getBytes(java.nio.charset.StandardCharsets.UTF_8), 0));
    }

    gateway.read();

    assertEquals(List.of(), gateway.shown);
    assertEquals(Map.of(HubOut.Drop.UNREADABLE, bad.size()), gateway.drops);
  }

  @Test
  void veryManyAreShownTheLatestOfAWhileTogether() {
    int readers = 10_000;
    int together = 4;
    OneGateway gateway = new OneGateway(new ArrayList<>());
    for (int n = 0; n < readers; n++) {
      enter(gateway, "demo/chat:a", peer("p" + n), "u" + n);
    }
    Peer ann = peer("ann");
    enter(gateway, "demo/chat:few", ann, "ann");
    for (int n = 0; n < 10; n++) {
      say(gateway, "demo/chat:a", gateway.in("demo/chat:a").get(n), "u" + n, "typing", n);
    }
    say(gateway, "demo/chat:few", ann, "ann", "typing", 10);
    gateway.nowMs = WINDOW_MS;
    gateway.tick();
    gateway.read();
    assertEquals(List.of(10), shown(gateway), "few are shown it at once");
    gateway.shown.clear();
    say(gateway, "demo/chat:a", gateway.in("demo/chat:a").get(7), "u7", "typing", 11);
    gateway.nowMs += WINDOW_MS;
    gateway.tick();
    gateway.read();

    gateway.nowMs = WINDOW_MS + Crowd.gatherMs(readers) - 1;
    gateway.tick();
    assertEquals(List.of(), shown(gateway));
    gateway.nowMs++;
    gateway.tick();

    assertEquals(List.of(6, 8, 9, 11), shown(gateway));
    assertEquals(
        Map.of(HubOut.Drop.CROWDED, 10 - together, HubOut.Drop.REPLACED, 1), gateway.drops);
    gateway.shown.clear();
    gateway.nowMs += 10_000;
    gateway.tick();
    assertEquals(List.of(), shown(gateway), "once");
  }

  @Test
  void whatWasGatheredForThoseWhoHaveLeftIsNotShown() {
    OneGateway gateway = new OneGateway(new ArrayList<>());
    for (int n = 0; n <= Crowd.FEW; n++) {
      enter(gateway, "demo/chat:a", peer("p" + n), "u" + n);
    }
    say(gateway, "demo/chat:a", gateway.in("demo/chat:a").getFirst(), "u0", "typing", 1);
    gateway.nowMs = WINDOW_MS;
    gateway.tick();
    gateway.read();
    for (Peer peer : gateway.in("demo/chat:a")) {
      gateway.desk.said(new HubInput.Left("demo/chat:a", peer), gateway.nowMs, gateway);
    }

    gateway.nowMs += 10_000;
    gateway.tick();

    assertEquals(List.of(), gateway.shown);
  }

  private static List<Integer> shown(OneGateway gateway) {
    return gateway.shown.stream().map(frame -> json(frame).path("data").asInt()).toList();
  }

  @Test
  void whatWaitsIsBounded() {
    List<Entry> log = new ArrayList<>();
    OneGateway gateway = new OneGateway(log);
    Peer ann = peer("ann");
    enter(gateway, "demo/chat:a", ann, "ann");
    for (int n = 0; n < 1001; n++) {
      say(gateway, "demo/chat:a", ann, "u" + n, "typing", n);
    }
    say(gateway, "demo/chat:a", ann, "u1", "typing", 5000);
    gateway.nowMs = WINDOW_MS;

    gateway.tick();

    assertEquals(1000, log.size());
    assertEquals(Map.of(HubOut.Drop.FULL, 1, HubOut.Drop.REPLACED, 1), gateway.drops);
  }
}
