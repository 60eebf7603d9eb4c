package io.tailrace.gateway.ephemeral;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.tailrace.gateway.session.Peer;
import io.tailrace.schemas.topic.ReceiptRecord;
import io.tailrace.schemas.topic.ReceiptRecord.Place;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Several gateways, a topic that is away at times and loses what is written then, gateways that are
 * killed, users with devices on different gateways that read on, and at times say less than before.
 * In the end the topic's furthest place of everybody is what they read, every device knows that it
 * is kept, and nobody was ever shown anything that goes back or that nobody had read.
 */
class ReceiptSim {
  private static final int RUNS = 20;
  private static final int STEPS = 600;
  private static final int GATEWAYS = 3;
  private static final List<String> CHANNELS = List.of("acme/chat:a", "acme/chat:b");
  private static final List<String> USERS = List.of("ada", "bob", "eve");
  private static final JsonMapper JSON = new JsonMapper();

  @Test
  void nothingGoesBackAndAllThatWasReadIsKept() {
    long first = System.nanoTime();
    for (int run = 0; run < RUNS; run++) {
      World world = new World(first + run);
      try {
        world.run();
      } catch (AssertionError e) {
        throw new AssertionError("seed " + (first + run), e);
      }
    }
  }

  private record Written(String key, byte[] value) {}

  private static final class World {
    private final Random random;
    private final List<Written> topic = new ArrayList<>();
    private final List<Gateway> gateways = new ArrayList<>();
    private final Map<String, Place> furthest = new HashMap<>();
    private int epoch = 1;
    private boolean away;
    private long nowMs;

    World(long seed) {
      random = new Random(seed);
      for (int i = 0; i < GATEWAYS; i++) {
        gateways.add(new Gateway());
      }
    }

    private final class Gateway implements HubOut {
      private boolean keepsAll;
      private ReceiptDesk desk = new ReceiptDesk(rules());
      private int read;

      /** One device of each user in each channel, by key. */
      private final Map<String, Device> devices = new HashMap<>();

      Gateway() {
        for (String channel : CHANNELS) {
          for (String user : USERS) {
            devices.put(channel + "/" + user, new Device(channel, user));
          }
        }
        enter();
      }

      /** Small bounds, so that they are met; at times one that forgets nothing. */
      private ReceiptDesk.Rules rules() {
        keepsAll = random.nextBoolean();
        int kept = keepsAll ? 100 : 1 + random.nextInt(5);
        return new ReceiptDesk.Rules(
            random.nextInt(300), random.nextInt(600), 500, 2000, 4, kept, 2);
      }

      private void enter() {
        read = topic.size();
        for (Device device : devices.values()) {
          device.shown.clear();
          desk.said(ReceiptDeskTest.entered(device.channel, device.peer, device.user), nowMs, this);
        }
      }

      /** The process is gone, and another one in its place; clients say again what they must. */
      void kill() {
        desk = new ReceiptDesk(rules());
        enter();
        devices.values().forEach(this::again);
      }

      void again(Device device) {
        Place said = device.said;
        if (said != null && !device.knows(said)) {
          says(device, said);
        }
      }

      void says(Device device, Place place) {
        desk.said(
            new HubInput.HasRead(
                device.channel,
                device.peer,
                ReceiptDeskTest.identity(device.user),
                place.epoch(),
                place.seq()),
            nowMs,
            this);
      }

      void poll(int most) {
        for (int i = 0; i < most && read < topic.size(); i++) {
          Written one = topic.get(read++);
          desk.read(one.key(), one.value(), nowMs, nowMs, this);
        }
      }

      @Override
      public void write(String key, byte @Nullable [] value) {
        if (!away && value != null) {
          topic.add(new Written(key, value));
        }
      }

      @Override
      public void show(EphemeralFrame frame) {
        for (Device device : devices.values()) {
          if (device.channel.equals(frame.channel()) && frame.isFor(device.peer)) {
            device.see(frame, keepsAll);
          }
        }
      }
    }

    private final class Device {
      private final String channel;
      private final String user;
      private final Peer peer = ReceiptDeskTest.peer();
      private @Nullable Place said;

      /** The furthest that was shown, by user; a client keeps it so. */
      private final Map<String, Place> known = new HashMap<>();

      /** What was shown last to all since the gateway came up, by user. */
      private final Map<String, Place> shown = new HashMap<>();

      Device(String channel, String user) {
        this.channel = channel;
        this.user = user;
      }

      boolean knows(Place place) {
        Place kept = known.get(user);
        return kept != null && kept.compareTo(place) >= 0;
      }

      void see(EphemeralFrame frame, boolean keepsAll) {
        try {
          JsonNode json = JSON.readTree(frame.json());
          assertEquals(channel, "acme/" + json.path("channel").asText());
          json.path("read")
              .properties()
              .forEach(one -> {
                Place place = new Place(json.path("epoch").asInt(), one.getValue().asLong());
                Place most = furthest.get(channel + "/" + one.getKey());
                assertTrue(
                    most != null && place.compareTo(most) <= 0, "shown what nobody has read");
                if (frame.only() == null && keepsAll) {
                  Place before = shown.put(one.getKey(), place);
                  assertTrue(before == null || before.compareTo(place) < 0, "shown what goes back");
                }
                known.merge(one.getKey(), place, (a, b) -> a.compareTo(b) >= 0 ? a : b);
              });
        } catch (IOException e) {
          throw new AssertionError(e);
        }
      }
    }

    void run() {
      for (int step = 0; step < STEPS; step++) {
        Gateway gateway = gateways.get(random.nextInt(GATEWAYS));
        switch (random.nextInt(8)) {
          case 0, 1, 2 -> reads(gateway);
          case 3, 4 -> gateway.poll(random.nextInt(5));
          case 5 -> {
            nowMs += random.nextInt(200);
            gateway.desk.tick(nowMs, gateway);
          }
          case 6 -> away = random.nextInt(3) == 0;
          default -> {
            if (random.nextInt(20) == 0) {
              gateway.kill();
            } else if (random.nextInt(60) == 0 && epoch == 1) {
              epoch = 2;
            }
          }
        }
      }
      settle();
    }

    private void reads(Gateway gateway) {
      String key = CHANNELS.get(random.nextInt(2)) + "/" + USERS.get(random.nextInt(3));
      Device device = gateway.devices.get(key);
      if (device == null) {
        throw new AssertionError(key);
      }
      Place most = furthest.getOrDefault(key, new Place(1, 0));
      long seq = (most.epoch() == epoch ? most.seq() : 0) + random.nextInt(6) - 2;
      Place place = new Place(epoch, Math.max(1, seq));
      furthest.merge(key, place, (a, b) -> a.compareTo(b) >= 0 ? a : b);
      if (device.said == null || place.compareTo(device.said) > 0) {
        device.said = place;
      }
      gateway.says(device, place);
    }

    private void settle() {
      away = false;
      for (int turn = 0; turn < 60; turn++) {
        nowMs += 500;
        for (Gateway gateway : gateways) {
          gateway.poll(Integer.MAX_VALUE);
          gateway.desk.tick(nowMs, gateway);
          // What was dropped, and what was shown before a client came, it says again in the end.
          if (turn % 5 == 0) {
            gateway.devices.values().forEach(gateway::again);
          }
        }
      }
      Map<String, Place> kept = new HashMap<>();
      for (Written one : topic) {
        kept.merge(one.key(), place(one), (a, b) -> a.compareTo(b) >= 0 ? a : b);
      }
      assertEquals(furthest, kept);
      for (Gateway gateway : gateways) {
        assertEquals(0, gateway.desk.waiting());
        for (Device device : gateway.devices.values()) {
          Place said = device.said;
          // One who stays at an older numbering is nobody's subscriber any more.
          assertTrue(
              said == null || said.epoch() < epoch || device.knows(said),
              "a reader does not know that it is kept");
        }
      }
    }

    private static Place place(Written one) {
      try {
        Place place = ReceiptRecord.readPlace(one.value());
        if (place == null) {
          throw new AssertionError(new String(one.value(), UTF_8));
        }
        return place;
      } catch (io.tailrace.schemas.topic.BadRecordException e) {
        throw new AssertionError(e);
      }
    }
  }
}
