package io.tailrace.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.tailrace.embed.KafkaBroker;
import io.tailrace.gateway.testkit.Gateway;
import io.tailrace.gateway.testkit.GatewayProcess;
import io.tailrace.gateway.testkit.PresenceScreen;
import io.tailrace.gateway.testkit.RawSocket;
import io.tailrace.gateway.testkit.StreamReader;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who is here, over several gateways and the topic of a real broker. */
final class PresenceIT {
  private static KafkaBroker broker;
  private static Gateway here;
  private static Gateway there;
  private static String contracts;

  @TempDir private static Path folder;

  @BeforeAll
  static void start() throws IOException {
    write("chat", "heartbeatMs: 1000, ttlMs: 8000");
    contracts = "--contracts.dir=" + folder;
    broker = KafkaBroker.temporary();
    here = new Gateway(broker, contracts);
    there = new Gateway(broker, contracts);
    here.awaitHub();
    there.awaitHub();
  }

  @AfterAll
  static void stop() {
    there.close();
    here.close();
    broker.close();
  }

  /** The shipped contract with another presence; also as a kind of small rooms. */
  private static void write(String kind, String presence) throws IOException {
    try (InputStream in =
        Objects.requireNonNull(
            PresenceIT.class.getResourceAsStream("/tailrace/contracts/chat.yaml"))) {
      String chat =
          new String(in.readAllBytes(), StandardCharsets.UTF_8)
              .replace("heartbeatMs: 30000, ttlMs: 90000", presence);
      Files.writeString(folder.resolve(kind + ".yaml"), chat);
      Files.writeString(
          folder.resolve("stage.yaml"),
          chat.replace("kind: chat", "kind: stage")
              .replace(presence, presence + ", listMax: 3, sample: 2"));
    }
  }

  private static RawSocket enter(int port, String user, String device, String channel) {
    RawSocket socket = RawSocket.open(port);
    socket.send(
        "{\"t\":\"hello\",\"ref\":1,\"version\":1,\"device\":\""
            + device
            + "\",\"token\":\""
            + Gateway.token(user)
            + "\"}");
    socket.json("welcome");
    socket.send("{\"t\":\"subscribe\",\"ref\":2,\"channel\":\"" + channel + "\"}");
    assertEquals("subscribed", socket.json().path("t").asText());
    return socket;
  }

  private static void say(RawSocket socket, String channel, String mode) {
    socket.send(
        "{\"t\":\"presence\",\"channel\":\""
            + channel
            + "\",\"mode\":\""
            + mode
            + "\",\"data\":{\"at\":1}}");
  }

  /** Says it again until the test ends: a client's heartbeat. */
  private static void beat(
      ScheduledExecutorService clock, RawSocket socket, String channel, String mode) {
    var _ =
        clock.scheduleWithFixedDelay(
            () -> say(socket, channel, mode), 0, 1000, TimeUnit.MILLISECONDS);
  }

  @Test
  void everybodySeesWhoComesChangesAndLeavesOnBothGateways() {
    String channel = "chat:hall";
    try (ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
        RawSocket ann = enter(here.port(), "ann", "phone", channel);
        RawSocket bob = enter(there.port(), "bob", "desk", channel)) {
      PresenceScreen anns = new PresenceScreen(ann, channel);
      PresenceScreen bobs = new PresenceScreen(bob, channel);
      anns.awaitHere();
      beat(clock, ann, channel, "active");
      bobs.awaitHere("ann active");
      assertEquals("phone", bobs.member("ann").path("device").asText(), "as hello named it");
      assertEquals("{\"at\":1}", bobs.member("ann").path("data").toString());
      say(bob, channel, "editing");
      anns.awaitHere("ann active", "bob editing");
      JsonNode since = anns.member("bob").path("since");
      say(bob, channel, "viewing");
      anns.awaitHere("ann active", "bob viewing");
      assertEquals(since, anns.member("bob").path("since"));

      anns.awaitHere("ann active", "bob away");
      assertEquals(List.of(), anns.left(), "silent and connected");
      say(bob, channel, "gone");
      anns.awaitHere("ann active");
      bobs.awaitHere("ann active");
      assertEquals(List.of("bob"), anns.left());
      clock.shutdownNow();
    }
  }

  @Test
  void devicesAreOneUserAndABrokenConnectionIsNoLeave() {
    String channel = "chat:desk";
    try (ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
        RawSocket eve = enter(there.port(), "eve", "tv", channel)) {
      PresenceScreen eves = new PresenceScreen(eve, channel);
      RawSocket phone = enter(here.port(), "ann", "phone", channel);
      say(phone, channel, "active");
      eves.awaitHere("ann active");
      JsonNode since = eves.member("ann").path("since");
      try (RawSocket tab = enter(there.port(), "ann", "tab", channel)) {
        beat(clock, tab, channel, "away");
        say(phone, channel, "editing");
        eves.awaitHere("ann editing");
        phone.close();
        eves.awaitHere("ann away");
        assertEquals("tab", eves.member("ann").path("device").asText());
        try (RawSocket again = enter(there.port(), "ann", "phone", channel)) {
          say(again, channel, "viewing");
          eves.awaitHere("ann viewing");
          say(again, channel, "gone");
          eves.awaitHere("ann away");
        }
        assertEquals(since, eves.member("ann").path("since"), "here all the time");
        clock.shutdownNow();
      }
      eves.awaitHere();
      assertEquals(List.of("ann"), eves.left());
    }
  }

  @Test
  void aKilledGatewayLeavesNoGhostsAndNobodyWhoComesBackBlinks() {
    String channel = "chat:killed";
    GatewayProcess dies =
        GatewayProcess.start(broker.bootstrap(), here.catchup().address(), contracts);
    try (ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
        RawSocket eve = enter(here.port(), "eve", "tv", channel);
        RawSocket max = enter(there.port(), "max", "tv", channel)) {
      beat(clock, eve, channel, "active");
      beat(clock, max, channel, "active");
      PresenceScreen eves = new PresenceScreen(eve, channel);
      PresenceScreen maxs = new PresenceScreen(max, channel);
      RawSocket ann = enter(dies.port(), "ann", "phone", channel);
      RawSocket bob = enter(dies.port(), "bob", "desk", channel);
      say(ann, channel, "active");
      say(bob, channel, "active");
      eves.awaitHere("ann active", "bob active", "eve active", "max active");
      maxs.awaitHere("ann active", "bob active", "eve active", "max active");

      dies.close();

      try (RawSocket back = enter(there.port(), "ann", "phone", channel)) {
        beat(clock, back, channel, "active");
        eves.awaitHere("ann active", "eve active", "max active");
        maxs.awaitHere("ann active", "eve active", "max active");
        assertEquals(List.of("bob"), eves.left(), "and nobody who stayed");
        assertEquals(List.of("bob"), maxs.left());
        clock.shutdownNow();
      }
      ann.close();
      bob.close();
    } finally {
      dies.close();
    }
  }

  @Test
  void aGatewayThatStartsKnowsWhoIsHereAndOneThatEndsSendsNobodyAway() {
    String channel = "chat:deploy";
    Gateway old = new Gateway(broker, contracts);
    old.awaitHub();
    try (ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
        RawSocket eve = enter(here.port(), "eve", "tv", channel)) {
      beat(clock, eve, channel, "active");
      PresenceScreen eves = new PresenceScreen(eve, channel);
      RawSocket ann = enter(old.port(), "ann", "phone", channel);
      say(ann, channel, "active");
      eves.awaitHere("ann active", "eve active");
      try (Gateway fresh = new Gateway(broker, contracts)) {
        fresh.awaitHub();
        say(ann, channel, "editing");
        eves.awaitHere("ann editing", "eve active");

        old.close();

        try (RawSocket back = enter(fresh.port(), "ann", "phone", channel)) {
          beat(clock, back, channel, "viewing");
          new PresenceScreen(back, channel).awaitHere("ann viewing", "eve active");
          eves.awaitHere("ann viewing", "eve active");
          assertEquals(List.of(), eves.left());
          clock.shutdownNow();
        }
      }
      ann.close();
    }
  }

  @Test
  void aLargeRoomIsToldInNumbersAndAnEventStreamReadsAlong() {
    String channel = "stage:show";
    try (ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
        HttpClient http = HttpClient.newHttpClient();
        StreamReader stream = new StreamReader(http, stream(channel));
        RawSocket ann = enter(here.port(), "ann", "a", channel);
        RawSocket bob = enter(here.port(), "bob", "b", channel);
        RawSocket eve = enter(there.port(), "eve", "e", channel);
        RawSocket max = enter(there.port(), "max", "m", channel)) {
      assertEquals(0, stream.next("presence").json().path("count").asInt());
      for (RawSocket one : List.of(ann, bob, eve)) {
        beat(clock, one, channel, "active");
      }
      new PresenceScreen(max, channel).awaitHere("ann active", "bob active", "eve active");
      beat(clock, max, channel, "away");

      JsonNode told = stream.next("presence").json();
      while (!told.path("sampled").asBoolean()) {
        told = stream.next("presence").json();
      }

      assertTrue(told.path("full").asBoolean());
      assertEquals(4, told.path("count").asInt());
      assertEquals("{\"active\":3,\"away\":1}", told.path("modes").toString());
      assertEquals(2, told.path("joined").size());
      clock.shutdownNow();
    }
  }

  @Test
  void whoMayNotBePresentIsRefusedAndWhoTakesNoLaneIsToldNothing() {
    String channel = "chat:lanes";
    try (RawSocket ann = enter(here.port(), "ann", "a", channel);
        RawSocket deaf = here.hello("deaf")) {
      deaf.send(
          "{\"t\":\"subscribe\",\"ref\":2,\"channel\":\""
              + channel
              + "\",\"lanes\":[\"event\",\"signal\"]}");
      deaf.json("subscribed");
      say(deaf, channel, "active");
      new PresenceScreen(ann, channel).awaitHere("deaf active");
      say(ann, channel, "a b");
      assertEquals("bad_request", ann.json("error").path("code").asText());
      say(ann, "chat:elsewhere", "active");
      assertEquals("bad_request", ann.json("error").path("code").asText());

      deaf.send("{\"t\":\"ping\",\"ref\":9}");
      String next = deaf.receive().text();
      assertFalse(next.contains("presence"), next);
    }
  }

  private static HttpRequest.Builder stream(String channel) {
    return HttpRequest.newBuilder(
            URI.create("http://127.0.0.1:" + there.port() + "/v1/sse?channel=" + channel))
        .header("Authorization", "Bearer " + Gateway.token("sue"));
  }
}
