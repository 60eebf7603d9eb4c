package io.tailrace.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.tailrace.embed.KafkaBroker;
import io.tailrace.gateway.testkit.FeedWriter;
import io.tailrace.gateway.testkit.Gateway;
import io.tailrace.gateway.testkit.RawSocket;
import io.tailrace.gateway.testkit.StreamReader;
import io.tailrace.schemas.event.Event;
import io.tailrace.schemas.event.MemberChange;
import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.testkit.Await;
import io.tailrace.schemas.token.Identity;
import io.tailrace.schemas.topic.Topics;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Typing, over two gateways and the topics of a real broker. */
final class SignalsIT {
  private static KafkaBroker broker;
  private static Gateway here;
  private static Gateway there;

  @BeforeAll
  static void start() {
    broker = KafkaBroker.temporary();
    here = new Gateway(broker);
    there = new Gateway(broker);
    here.awaitHub();
    there.awaitHub();
  }

  @AfterAll
  static void stop() {
    there.close();
    here.close();
    broker.close();
  }

  private static RawSocket reader(Gateway at, String token, String channel) {
    RawSocket socket = RawSocket.open(at.port());
    socket.send(Gateway.hello(1, token));
    socket.json("welcome");
    socket.send("{\"t\":\"subscribe\",\"ref\":3,\"channel\":\"" + channel + "\",\"after\":0}");
    JsonNode answer = socket.json();
    assertEquals("subscribed", answer.path("t").asText(), answer.toString());
    return socket;
  }

  private static String token(String tenant, String user, String device) {
    return Gateway.token(
        new Identity(tenant, user, device, Set.of(), null, Instant.now().plusSeconds(3600)));
  }

  private static void say(RawSocket socket, String channel, String data) {
    socket.send(
        "{\"t\":\"signal\",\"channel\":\""
            + channel
            + "\",\"type\":\"typing\",\"data\":"
            + data
            + "}");
  }

  /**
   * Says it until somebody has heard it, as a client does while its user types: a signal may be
   * lost where a machine stands still for seconds. All that was heard up to there.
   */
  private static List<JsonNode> heard(RawSocket by, String channel, String data, RawSocket at) {
    CountDownLatch enough = new CountDownLatch(1);
    Thread speaker =
        Thread.ofVirtual()
            .start(() -> {
              try {
                do {
                  say(by, channel, data);
                } while (!enough.await(1, TimeUnit.SECONDS));
              } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
              }
            });
    List<JsonNode> all = new ArrayList<>();
    try {
      do {
        all.add(at.json("signal"));
      } while (!all.getLast().path("data").toString().equals(data));
    } finally {
      enough.countDown();
      Await.until("nobody speaks", () -> !speaker.isAlive());
    }
    return all;
  }

  /** What was said before this was asked has been decided, and nothing of it was told. */
  private static void assertNothingTold(RawSocket socket) {
    socket.send("{\"t\":\"ping\",\"ref\":9}");
    JsonNode next = socket.json();
    assertEquals("pong", next.path("t").asText(), next.toString());
  }

  /** The same, but for what was said to it before, which may come once more. */
  private static void assertToldAtMost(String data, RawSocket socket) {
    socket.send("{\"t\":\"ping\",\"ref\":9}");
    for (JsonNode next = socket.json(); !next.path("t").asText().equals("pong"); ) {
      assertEquals(data, next.path("data").asText(), next.toString());
      next = socket.json();
    }
  }

  private static void change(Channel channel, MemberChange change) {
    Event event = here.feed().next(channel, change);
    here.catchup().store(event);
    there.catchup().store(event);
    here.feed().write(event);
  }

  @Test
  void typingReachesEverybodyElseOnBothGateways() {
    try (RawSocket ann = reader(here, token("demo", "ann", "phone"), "chat:typing");
        RawSocket tab = reader(here, token("demo", "ann", "tab"), "chat:typing");
        RawSocket bob = reader(there, token("demo", "bob", "x"), "chat:typing");
        HttpClient http = HttpClient.newHttpClient();
        StreamReader stream = new StreamReader(http, stream("chat:typing"))) {
      stream.next("subscribed");
      JsonNode told = heard(ann, "chat:typing", "{\"on\":true}", bob).getFirst();
      assertEquals("signal", told.path("t").asText(), told.toString());
      assertEquals("chat:typing", told.path("channel").asText());
      assertEquals("ann", told.path("user").asText());
      assertEquals("phone", told.path("device").asText());
      assertEquals("typing", told.path("type").asText());
      assertEquals(5000, told.path("ttlMs").asInt());
      assertEquals("{\"on\":true}", told.path("data").toString());
      assertEquals(7, told.size(), told.toString());
      assertEquals(told, tab.json("signal"), "the same user elsewhere");
      assertEquals(told, stream.next("signal").json(), "and over SSE");
      JsonNode back = heard(bob, "chat:typing", "2", ann).getFirst();
      assertEquals("bob", back.path("user").asText(), "nobody is told what they say");
    }
  }

  @Test
  void aLaneThatIsNotTakenIsNotSent() {
    try (RawSocket ann = here.hello("ann");
        RawSocket bob = reader(there, Gateway.token("bob"), "chat:lanes");
        RawSocket eve = reader(here, Gateway.token("eve"), "chat:lanes")) {
      ann.send("{\"t\":\"subscribe\",\"ref\":3,\"channel\":\"chat:lanes\",\"lanes\":[\"event\"]}");
      ann.json("subscribed");
      heard(bob, "chat:lanes", "1", eve);

      assertNothingTold(ann);
    }
  }

  @Test
  void nothingCrossesTenants() {
    try (RawSocket ann = reader(here, token("demo", "ann", "d"), "chat:shared-name");
        RawSocket bob = reader(there, token("demo", "bob", "d"), "chat:shared-name");
        RawSocket other = reader(there, token("acme", "ann", "d"), "chat:shared-name")) {
      heard(ann, "chat:shared-name", "1", bob);
      assertNothingTold(other);
      say(other, "chat:shared-name", "2");
      try (RawSocket third = reader(here, token("acme", "eve", "d"), "chat:shared-name")) {
        heard(other, "chat:shared-name", "3", third);
      }
      assertNothingTold(ann);
      assertToldAtMost("1", bob);
    }
  }

  @Test
  void whoIsNoMemberNeitherSpeaksNorHearsAndWhoIsRemovedNoMore() {
    Channel channel = Gateway.channel("members-only");
    String name = channel.name();
    change(channel, new MemberChange("ann", "member"));
    change(channel, new MemberChange("bob", "member"));
    change(channel, new MemberChange("rea", "reader"));
    here.settle();
    long written = here.feed().written();
    Await.until(
        "both have read it", () -> there.meter("tailrace_gateway_records_total") >= written);
    try (RawSocket ann = reader(here, Gateway.token("ann"), name);
        RawSocket bob = reader(there, Gateway.token("bob"), name);
        RawSocket rea = reader(there, Gateway.token("rea"), name);
        RawSocket eve = here.hello("eve")) {
      eve.send("{\"t\":\"subscribe\",\"ref\":3,\"channel\":\"" + name + "\"}");
      assertEquals("forbidden", eve.json("error").path("code").asText());
      say(eve, name, "1");
      JsonNode hidden = eve.json();
      say(eve, "chat:there-is-no-such", "1");
      JsonNode nothing = eve.json();
      assertEquals("bad_request", hidden.path("code").asText(), hidden.toString());
      assertEquals(hidden.path("detail"), nothing.path("detail"), "told alike");
      say(rea, name, "1");
      assertEquals("forbidden", rea.json("error").path("code").asText(), "a role that reads");
      heard(bob, name, "2", ann);
      assertEquals("2", rea.json("signal").path("data").asText());

      change(channel, new MemberChange("bob", null));
      assertEquals(4, bob.json("revoked").path("seq").asInt());
      say(bob, name, "3");
      assertEquals("bad_request", bob.json().path("code").asText());
      for (JsonNode told : heard(ann, name, "4", rea)) {
        assertNotEquals("3", told.path("data").asText(), "what bob said outside");
      }
      assertNothingTold(bob);
      assertNothingTold(eve);
      change(channel, new MemberChange("ann", "reader"));
      while (ann.json("event").path("seq").asInt() < 5) {
        // What came before is theirs too.
      }
      say(ann, name, "6");
      assertEquals("forbidden", ann.json("error").path("code").asText(), "the role is another now");
    }
  }

  @Test
  void eventsGoOnWithoutTheEphemeralTopicsAndSignalsComeBackWithThem() throws Exception {
    // A broker of its own: the others need their topics.
    try (KafkaBroker apart = KafkaBroker.temporary();
        Gateway own = new Gateway(apart)) {
      own.awaitHub();
      try (RawSocket ann = reader(own, Gateway.token("ann"), "chat:on");
          RawSocket bob = reader(own, Gateway.token("bob"), "chat:on");
          Admin admin = Admin.create(Map.of("bootstrap.servers", apart.bootstrap()))) {
        heard(ann, "chat:on", "1", bob);
        admin.deleteTopics(List.of(Topics.SIGNALS, Topics.PRESENCE, Topics.RECEIPTS)).all().get();
        Await.until(
            "signals are dropped",
            () -> {
              say(ann, "chat:on", "2");
              return own.meter("tailrace_hub_dropped_total{reason=\"unsent\"") > 0;
            });

        own.publish(Gateway.channel("on"), "{}");
        assertEquals(1, bob.json("event").path("seq").asInt());
        assertTrue(own.service().ready());

        try (FeedWriter makesTopics = new FeedWriter(apart.bootstrap())) {
          assertEquals(0, makesTopics.written());
        }
        sayUntilShown(own, ann, "chat:on");
        bob.json("signal");
      }
    }
  }

  @Test
  void signalsComeBackWithTheBroker(@TempDir Path folder) {
    KafkaBroker first = KafkaBroker.start(folder, 0);
    try (Gateway own = new Gateway(first)) {
      own.awaitHub();
      try (RawSocket ann = reader(own, Gateway.token("ann"), "chat:back");
          RawSocket bob = reader(own, Gateway.token("bob"), "chat:back")) {
        heard(ann, "chat:back", "1", bob);
        first.close();
        say(ann, "chat:back", "2");
        assertNothingTold(ann);
        try (KafkaBroker second = KafkaBroker.start(folder, first.port())) {
          assertEquals(first.bootstrap(), second.bootstrap());
          sayUntilShown(own, ann, "chat:back");
          bob.json("signal");
          own.publish(Gateway.channel("back"), "{}");
          assertEquals(1, bob.json("event").path("seq").asInt());
        }
      }
    } finally {
      first.close();
    }
  }

  /** What is said while Kafka comes back may be lost. */
  private static void sayUntilShown(Gateway at, RawSocket by, String channel) {
    double before = at.meter("tailrace_hub_shown_total{lane=\"signal\"}");
    Await.until(
        "signals go through",
        () -> {
          say(by, channel, "5");
          return at.meter("tailrace_hub_shown_total{lane=\"signal\"}") > before;
        });
  }

  @Test
  void aGatewayStartsWithoutTheEphemeralTopics() throws Exception {
    try (KafkaBroker apart = KafkaBroker.temporary();
        Gateway own = new Gateway(apart);
        Admin admin = Admin.create(Map.of("bootstrap.servers", apart.bootstrap()))) {
      List<String> ephemeral = List.of(Topics.SIGNALS, Topics.PRESENCE, Topics.RECEIPTS);
      admin.deleteTopics(ephemeral).all().get();
      Await.until(
          "they are gone", () -> Collections.disjoint(admin.listTopics().names().get(), ephemeral));
      own.restart();
      try (RawSocket ann = reader(own, Gateway.token("ann"), "chat:without")) {
        own.publish(Gateway.channel("without"), "{}");

        assertEquals(1, ann.json("event").path("seq").asInt());
        assertEquals(0, own.meter("tailrace_hub_ready"));
      }
    }
  }

  private static HttpRequest.Builder stream(String channel) {
    URI address = URI.create("http://127.0.0.1:" + there.port() + "/v1/sse?channel=" + channel);
    return HttpRequest.newBuilder(address)
        .header("Authorization", "Bearer " + Gateway.token("sue"));
  }
}
