package io.tailrace.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.tailrace.embed.KafkaBroker;
import io.tailrace.gateway.testkit.Gateway;
import io.tailrace.gateway.testkit.Mirror;
import io.tailrace.gateway.testkit.PresenceScreen;
import io.tailrace.gateway.testkit.RawSocket;
import io.tailrace.schemas.config.Settings;
import io.tailrace.schemas.config.SettingsException;
import io.tailrace.schemas.event.Event;
import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.presence.Device;
import io.tailrace.schemas.presence.Digest;
import io.tailrace.schemas.region.OtherRegions;
import io.tailrace.schemas.testkit.Await;
import io.tailrace.schemas.topic.Topics;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two regions, each with a broker of its own, and what is mirrored between them. */
final class RegionsIT {
  private static final String[] OF_EACH = {Topics.PRESENCE, Topics.SIGNALS};

  @TempDir private static Path folder;
  private static KafkaBroker homeBroker;
  private static KafkaBroker farBroker;
  private static Gateway home;
  private static Gateway far;
  private static Mirror out;
  private static Mirror back;
  private static Mirror log;

  @BeforeAll
  static void start() throws IOException {
    String contracts = "--contracts.dir=" + contracts();
    homeBroker = KafkaBroker.start(folder.resolve("kafka"), 0);
    farBroker = KafkaBroker.temporary();
    home = new Gateway(homeBroker, "--region=home", "--regions.others=far", contracts);
    far =
        new Gateway(
            farBroker,
            "--region=far",
            "--regions.others=home",
            "--home.bootstrap=" + homeBroker.bootstrap(),
            contracts);
    home.awaitHub();
    far.awaitHub();
    // Found while the gateways run, as when a region is added.
    out = Mirror.of("home", homeBroker.bootstrap(), farBroker.bootstrap(), OF_EACH);
    back = Mirror.of("far", farBroker.bootstrap(), homeBroker.bootstrap(), OF_EACH);
    log = Mirror.ofLog(homeBroker.bootstrap(), farBroker.bootstrap(), Topics.RECEIPTS);
  }

  @AfterAll
  static void stop() {
    log.close();
    back.close();
    out.close();
    far.close();
    home.close();
    farBroker.close();
    homeBroker.close();
  }

  /** Presence runs out soon. */
  private static Path contracts() throws IOException {
    try (InputStream in =
        Objects.requireNonNull(
            RegionsIT.class.getResourceAsStream("/tailrace/contracts/chat.yaml"))) {
      String chat = new String(in.readAllBytes(), UTF_8);
      Path contracts = Files.createDirectory(folder.resolve("contracts"));
      Files.writeString(
          contracts.resolve("chat.yaml"),
          chat.replace("heartbeatMs: 30000, ttlMs: 90000", "heartbeatMs: 1000, ttlMs: 8000"));
      return contracts;
    }
  }

  private static RawSocket enter(Gateway at, String user, String channel) {
    RawSocket socket = at.hello(user);
    socket.send("{\"t\":\"subscribe\",\"ref\":2,\"channel\":\"" + channel + "\",\"after\":0}");
    socket.json("subscribed");
    return socket;
  }

  /** What a client goes on saying while its user is here. */
  private static void beat(ScheduledExecutorService clock, RawSocket socket, String text) {
    var _ = clock.scheduleWithFixedDelay(() -> socket.send(text), 0, 1000, TimeUnit.MILLISECONDS);
  }

  private static String present(String channel) {
    return "{\"t\":\"presence\",\"channel\":\"" + channel + "\",\"mode\":\"active\"}";
  }

  private static String typing(String channel) {
    return "{\"t\":\"signal\",\"channel\":\"" + channel + "\",\"type\":\"typing\",\"data\":1}";
  }

  private static void read(RawSocket socket, String channel, long seq) {
    socket.send("{\"t\":\"receipt\",\"channel\":\"" + channel + "\",\"seq\":" + seq + "}");
  }

  /** In both regions, as the mirror of events has it. */
  private static void publish(String name, int count) {
    Channel channel = Gateway.channel(name.substring("chat:".length()));
    for (int n = 0; n < count; n++) {
      Event event = home.publish(channel, "{}");
      far.catchup().store(event);
      far.feed().write(event);
    }
  }

  private static void awaitEvent(RawSocket socket, long seq) {
    while (socket.json("event").path("seq").asLong() < seq) {
      // Those before it.
    }
  }

  /** Reads receipts until this user's is as far. */
  private static void awaitRead(RawSocket socket, String user, long seq) {
    long last = -1;
    while (last < seq) {
      JsonNode read = socket.json("receipt").path("read").path(user);
      assertTrue(read.isMissingNode() || read.asLong() >= last, read + " after " + last);
      last = read.asLong(last);
    }
  }

  @Test
  void whoIsHereAndTypesIsSeenInBothRegions() {
    String channel = "chat:both";
    try (ScheduledExecutorService clock = Executors.newScheduledThreadPool(2);
        RawSocket ann = enter(home, "ann", channel);
        RawSocket bob = enter(far, "bob", channel)) {
      beat(clock, ann, present(channel));
      beat(clock, bob, present(channel));
      PresenceScreen anns = new PresenceScreen(ann, channel);
      PresenceScreen bobs = new PresenceScreen(bob, channel);
      anns.awaitHere("ann active", "bob active");
      bobs.awaitHere("ann active", "bob active");

      beat(clock, ann, typing(channel));
      beat(clock, bob, typing(channel));
      assertEquals("bob", ann.json("signal").path("user").asText());
      assertEquals("ann", bob.json("signal").path("user").asText());
      clock.shutdownNow();
    }
    for (Gateway each : List.of(home, far)) {
      String other = each == home ? "far" : "home";
      assertTrue(
          each.meter("tailrace_hub_lag_seconds_count{topic=\"" + other + ".tailrace.presence\"")
              > 0,
          "how far behind the other region's are is measured");
    }
  }

  @Test
  void aRegionThatIsCutOffIsGoneAfterATtlAndComesBackWithoutThoseWhoLeftMeanwhile() {
    String channel = "chat:cut";
    try (ScheduledExecutorService clock = Executors.newScheduledThreadPool(2);
        RawSocket eve = enter(home, "eve", channel);
        RawSocket ann = enter(far, "ann", channel)) {
      beat(clock, eve, present(channel));
      beat(clock, ann, present(channel));
      PresenceScreen eves = new PresenceScreen(eve, channel);
      PresenceScreen anns = new PresenceScreen(ann, channel);
      eves.awaitHere("ann active", "eve active");
      anns.awaitHere("ann active", "eve active");
      beat(clock, ann, typing(channel));
      eve.json("signal");

      back.cut();
      out.cut();
      // Of a gateway that was killed before the mirror came back: nobody takes it back.
      tellFar(channel, "ghost", 1000);
      eves.awaitHere("eve active");
      anns.awaitHere("ann active");
      assertEquals(List.of("ann"), eves.left(), "each region goes on with its own");
      assertTrue(anns.left().contains("eve"));
      double stale = home.meter(staleSignals());

      back.join();
      out.join();

      eves.awaitHere("ann active", "eve active");
      anns.awaitHere("ann active", "eve active");
      assertEquals(List.of("ann"), eves.left(), "the ghost never came, so it never left");
      Await.until(
          "what was typed meanwhile is not shown", () -> home.meter(staleSignals()) > stale);
      clock.shutdownNow();
    }
  }

  private static String staleSignals() {
    return "tailrace_hub_dropped_total{reason=\"stale\",where=\"tailrace.signals\"";
  }

  private static void tellFar(String channel, String user, long ttlMs) {
    long nowMs = System.currentTimeMillis();
    Device device =
        new Device(user, "d", user, "active", nowMs, nowMs, nowMs, true, null, List.of());
    byte[] digest = new Digest(user, 0, 1, ttlMs, nowMs, null, List.of(device)).json();
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", farBroker.bootstrap()),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      producer
          .send(
              new ProducerRecord<>(
                  Topics.PRESENCE,
                  Gateway.partition(channel),
                  ("demo/" + channel).getBytes(UTF_8),
                  digest))
          .get();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void receiptsGoHomeAndAreSeenInBothRegionsAndWaitWhileHomeIsAway() {
    String channel = "chat:receipts";
    try (RawSocket ann = enter(far, "ann", channel);
        RawSocket bob = enter(home, "bob", channel);
        RawSocket eve = enter(far, "eve", channel)) {
      publish(channel, 3);
      for (RawSocket each : List.of(ann, bob, eve)) {
        awaitEvent(each, 3);
      }

      read(ann, channel, 1);
      for (RawSocket each : List.of(ann, bob, eve)) {
        awaitRead(each, "ann", 1);
      }
      read(bob, channel, 2);
      for (RawSocket each : List.of(ann, bob, eve)) {
        awaitRead(each, "bob", 2);
      }

      homeBroker.close();
      read(ann, channel, 2);
      read(ann, channel, 3);
      Await.until("it waits", () -> far.meter("tailrace_hub_unwritten_records") > 0);
      homeBroker = KafkaBroker.start(folder.resolve("kafka"), homeBroker.port());
      for (RawSocket each : List.of(ann, bob, eve)) {
        awaitRead(each, "ann", 3);
      }
      Await.until("nothing waits", () -> far.meter("tailrace_hub_unwritten_records") == 0);
    }
  }

  @Test
  void aRegionWhoseHomeIsAwayFromTheStartShowsItsOwnPeople() {
    String channel = "chat:alone";
    try (Gateway alone = new Gateway(farBroker, "--region=alone", "--home.bootstrap=127.0.0.1:1");
        RawSocket ann = enter(alone, "ann", channel);
        RawSocket bob = enter(far, "bob", channel)) {
      ann.send(present(channel));

      new PresenceScreen(bob, channel).awaitHere("ann active");

      assertEquals(0, alone.meter("tailrace_hub_ready"), "receipts cannot be written");
    }
  }

  @Test
  void aRegionIsNoOtherOfItself() {
    Settings settings =
        Settings.load(
            List.of(RegionConfig.NAME, RegionConfig.HOME, OtherRegions.SETTING),
            List.of("--region=far", "--regions.others=home,far"),
            Map.of());

    var refused = assertThrows(SettingsException.class, () -> RegionConfig.from(settings));

    assertTrue(String.valueOf(refused.getMessage()).contains("regions.others"));
  }
}
