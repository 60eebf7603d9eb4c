package io.tailrace.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.tailrace.embed.KafkaBroker;
import io.tailrace.gateway.testkit.Gateway;
import io.tailrace.gateway.testkit.RawSocket;
import io.tailrace.gateway.testkit.StreamReader;
import io.tailrace.schemas.event.Event;
import io.tailrace.schemas.event.MemberChange;
import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.token.Identity;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who has read how far, over two gateways and the topic of a real broker. */
final class ReceiptsIT {
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

  private static String token(String tenant, String user, String device) {
    return Gateway.token(
        new Identity(tenant, user, device, Set.of(), null, Instant.now().plusSeconds(3600)));
  }

  private static RawSocket reader(Gateway at, String user, String channel) {
    return reader(at, token("demo", user, "d"), channel, 0);
  }

  /** One that has been given the events up to there. */
  private static RawSocket reader(Gateway at, String token, String channel, long given) {
    RawSocket socket = RawSocket.open(at.port());
    socket.send(Gateway.hello(1, token));
    socket.json("welcome");
    subscribe(socket, channel);
    awaitEvent(socket, given);
    return socket;
  }

  private static JsonNode subscribe(RawSocket socket, String channel) {
    socket.send("{\"t\":\"subscribe\",\"ref\":3,\"channel\":\"" + channel + "\",\"after\":0}");
    JsonNode answer = socket.json();
    assertEquals("subscribed", answer.path("t").asText(), answer.toString());
    return answer;
  }

  private static void awaitEvent(RawSocket socket, long seq) {
    for (long given = 0; given < seq; ) {
      given = socket.json("event").path("seq").asLong();
    }
  }

  private static void publish(Channel channel, int count) {
    for (int n = 0; n < count; n++) {
      there.catchup().store(here.publish(channel, "{\"text\":\"x\"}"));
    }
    here.feed().flush();
  }

  private static void change(Channel channel, MemberChange change) {
    Event event = here.feed().next(channel, change);
    here.catchup().store(event);
    there.catchup().store(event);
    here.feed().write(event);
  }

  private static void say(RawSocket socket, String channel, long seq) {
    socket.send("{\"t\":\"receipt\",\"channel\":\"" + channel + "\",\"seq\":" + seq + "}");
  }

  private static JsonNode shown(RawSocket socket) {
    JsonNode shown = socket.json();
    assertEquals("receipt", shown.path("t").asText(), shown.toString());
    return shown;
  }

  private static String read(JsonNode shown) {
    return shown.path("epoch") + " " + shown.path("read");
  }

  /** What was said before this was asked has been decided, and nothing of it was told. */
  private static void assertNothingTold(RawSocket socket) {
    socket.send("{\"t\":\"ping\",\"ref\":9}");
    JsonNode next = socket.json();
    assertEquals("pong", next.path("t").asText(), next.toString());
  }

  @Test
  void aReceiptReachesEverybodyOnBothGatewaysAndComesBackToItsReader() {
    Channel channel = Gateway.channel("read");
    try (RawSocket ann = reader(here, "ann", "chat:read");
        RawSocket bob = reader(there, "bob", "chat:read");
        RawSocket lanes = there.hello("eve");
        HttpClient http = HttpClient.newHttpClient();
        StreamReader stream = new StreamReader(http, stream("chat:read"))) {
      lanes.send("{\"t\":\"subscribe\",\"ref\":3,\"channel\":\"chat:read\",\"lanes\":[\"event\"]}");
      lanes.json("subscribed");
      stream.next("subscribed");
      publish(channel, 3);
      awaitEvent(ann, 3);
      awaitEvent(bob, 3);
      awaitEvent(lanes, 3);
      say(ann, "chat:read", 2);

      JsonNode told = shown(bob);
      assertEquals("chat:read", told.path("channel").asText());
      assertEquals("1 {\"ann\":2}", read(told));
      assertEquals(4, told.size(), told.toString());
      assertEquals(told, shown(ann), "the reader knows by it that it is kept");
      assertEquals(told, stream.next("receipt").json(), "and over SSE");
      assertNothingTold(lanes);
    }
  }

  @Test
  void whatWasReadNeverGoesBack() {
    Channel channel = Gateway.channel("back-and-forth");
    String name = channel.name();
    try (RawSocket ann = reader(here, token("demo", "ann", "phone"), name, 0);
        RawSocket tab = reader(there, token("demo", "ann", "tab"), name, 0);
        RawSocket bob = reader(there, "bob", name)) {
      publish(channel, 5);
      awaitEvent(ann, 5);
      awaitEvent(tab, 5);
      awaitEvent(bob, 5);
      say(ann, name, 4);
      assertEquals("1 {\"ann\":4}", read(shown(bob)));
      assertEquals("1 {\"ann\":4}", read(shown(tab)));
      assertEquals("1 {\"ann\":4}", read(shown(ann)));
      say(tab, name, 1);
      assertEquals("1 {\"ann\":4}", read(shown(tab)), "told alone what is kept");
      say(ann, name, 3);
      assertEquals("1 {\"ann\":4}", read(shown(ann)), "told alone what is kept");

      // Records of a channel are read in the order in which they are written.
      say(bob, name, 2);
      for (RawSocket each : new RawSocket[] {bob, ann, tab}) {
        assertEquals("1 {\"bob\":2}", read(shown(each)), "and nothing of ann before it");
      }
    }
  }

  @Test
  void aBurstEndsAtTheFurthestAndIsFewRecords() {
    int burst = 100;
    Channel channel = Gateway.channel("burst");
    String name = channel.name();
    try (RawSocket ann = reader(here, "ann", name);
        RawSocket bob = reader(there, "bob", name)) {
      publish(channel, burst);
      awaitEvent(ann, burst);
      awaitEvent(bob, burst);
      double before = written();
      for (int n = burst; n > 0; n--) {
        say(ann, name, n % 2 == 0 ? burst - n : n);
      }

      long last = 0;
      while (last < burst - 1) {
        long next = shown(bob).path("read").path("ann").asLong();
        assertTrue(next > last, next + " after " + last);
        last = next;
      }
      say(bob, name, 1);
      assertEquals("1 {\"bob\":1}", read(shown(bob)), "it ended there");
      assertTrue(written() - before < burst / 4.0, "records: " + (written() - before));
    }
  }

  private static double written() {
    return here.meter("tailrace_hub_written_total{topic=\"tailrace.receipts\"}");
  }

  @Test
  void nobodyHasReadWhatWasNotGiven() {
    Channel channel = Gateway.channel("ahead");
    try (RawSocket ann = reader(here, "ann", "chat:ahead");
        RawSocket bob = reader(there, "bob", "chat:ahead")) {
      publish(channel, 2);
      awaitEvent(ann, 2);
      awaitEvent(bob, 2);
      say(ann, "chat:ahead", 1_000_000);

      assertEquals("1 {\"ann\":2}", read(shown(bob)));
    }
  }

  @Test
  void onlyReadersOfTheChannelSayAndSeeAndWhoIsRemovedNoMore() {
    Channel channel = Gateway.channel("read-by-members");
    String name = channel.name();
    change(channel, new MemberChange("ann", "member"));
    change(channel, new MemberChange("rea", "reader"));
    change(channel, new MemberChange("bob", "member"));
    here.feed().flush();
    try (RawSocket ann = reader(here, token("demo", "ann", "d"), name, 3);
        RawSocket rea = reader(there, token("demo", "rea", "d"), name, 3);
        RawSocket bob = reader(there, token("demo", "bob", "d"), name, 3);
        RawSocket eve = here.hello("eve")) {
      eve.send("{\"t\":\"subscribe\",\"ref\":3,\"channel\":\"" + name + "\"}");
      assertEquals("forbidden", eve.json("error").path("code").asText());
      say(eve, name, 1);
      JsonNode hidden = eve.json();
      say(eve, "chat:there-is-no-such", 1);
      JsonNode nothing = eve.json();
      assertEquals("bad_request", hidden.path("code").asText(), hidden.toString());
      assertEquals(hidden.path("detail"), nothing.path("detail"), "told alike");
      say(rea, name, 3);
      assertEquals("1 {\"rea\":3}", read(shown(ann)), "who may only read has read");
      assertEquals("1 {\"rea\":3}", read(shown(bob)));
      shown(rea);

      change(channel, new MemberChange("bob", null));
      assertEquals(4, bob.json("revoked").path("seq").asInt());
      say(bob, name, 3);
      assertEquals("bad_request", bob.json().path("code").asText());
      assertEquals(4, ann.json("event").path("seq").asInt());
      say(ann, name, 4);
      assertEquals("1 {\"ann\":4}", read(rea.json("receipt")), "and nothing of bob before it");
      assertNothingTold(bob);
      assertNothingTold(eve);
    }
  }

  @Test
  void nothingCrossesTenants() {
    Channel channel = Gateway.channel("both-read");
    try (RawSocket ann = reader(here, "ann", "chat:both-read");
        RawSocket bob = reader(there, "bob", "chat:both-read");
        RawSocket other = reader(there, token("acme", "ann", "d"), "chat:both-read", 0)) {
      publish(channel, 1);
      awaitEvent(ann, 1);
      awaitEvent(bob, 1);
      say(ann, "chat:both-read", 1);
      shown(bob);

      assertNothingTold(other);
      say(other, "chat:both-read", 1);
      assertEquals("1 {\"ann\":0}", read(shown(other)), "there it has no events");
    }
  }

  @Test
  void aKindWithoutTheLaneRefusesThem() {
    try (RawSocket ann = reader(here, "ann", "feed:news")) {
      say(ann, "feed:news", 0);

      assertEquals("not_available", ann.json("error").path("code").asText());
    }
  }

  @Test
  void anotherEpochBeginsAnew() {
    Channel channel = Gateway.channel("rebuilt");
    try (KafkaBroker rebuilt = KafkaBroker.temporary();
        Gateway own = new Gateway(rebuilt)) {
      own.awaitHub();
      try (RawSocket ann = reader(own, "ann", "chat:rebuilt")) {
        for (int n = 1; n <= 3; n++) {
          own.publish(channel, "{}");
        }
        awaitEvent(ann, 3);
        say(ann, "chat:rebuilt", 3);
        assertEquals("1 {\"ann\":3}", read(shown(ann)));
        own.catchup().forget(channel);
        own.feed().epoch(2);
        own.catchup().epoch(2);
        own.publish(channel, "{}");
        ann.json("reset");
        assertEquals(2, subscribe(ann, "chat:rebuilt").path("epoch").asInt());
        awaitEvent(ann, 1);
        say(ann, "chat:rebuilt", 1);

        assertEquals("2 {\"ann\":1}", read(shown(ann)), "further on than 3 of the epoch before");
      }
    }
  }

  @Test
  void whatWasReadWhileTheBrokerIsAwayIsKeptWhenItComesBack(@TempDir Path folder) {
    Channel channel = Gateway.channel("away");
    KafkaBroker first = KafkaBroker.start(folder, 0);
    try (Gateway own = new Gateway(first)) {
      own.awaitHub();
      try (RawSocket ann = reader(own, "ann", "chat:away");
          RawSocket bob = reader(own, "bob", "chat:away")) {
        own.publish(channel, "{}");
        own.publish(channel, "{}");
        awaitEvent(ann, 2);
        awaitEvent(bob, 2);
        first.close();
        say(ann, "chat:away", 1);
        say(ann, "chat:away", 2);
        assertNothingTold(ann);
        try (KafkaBroker second = KafkaBroker.start(folder, first.port())) {
          assertEquals(first.bootstrap(), second.bootstrap());
          assertEquals("1 {\"ann\":2}", read(shown(bob)), "and it was said once");
        }
      }
    } finally {
      first.close();
    }
  }

  private static HttpRequest.Builder stream(String channel) {
    URI address = URI.create("http://127.0.0.1:" + there.port() + "/v1/sse?channel=" + channel);
    return HttpRequest.newBuilder(address)
        .header("Authorization", "Bearer " + Gateway.token("sue"));
  }
}
