package io.tailrace.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.tailrace.embed.KafkaBroker;
import io.tailrace.gateway.testkit.Gateway;
import io.tailrace.gateway.testkit.RawSocket;
import io.tailrace.schemas.event.Chain;
import io.tailrace.schemas.event.Event;
import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.testkit.Await;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

final class LiveIT {
  private static final int MANY = 50;

  /** How long a connection outlives its token, by default. */
  private static final Duration GRACE = Duration.ofSeconds(2);

  private static KafkaBroker broker;
  private static Gateway gateway;

  @BeforeAll
  static void start() {
    broker = KafkaBroker.temporary();
    gateway = new Gateway(broker);
  }

  @AfterAll
  static void stop() {
    gateway.close();
    broker.close();
  }

  @Test
  void eventsArriveInOrderWithTheirChain() {
    Channel channel = Gateway.channel("live");
    try (RawSocket socket = gateway.hello("ann")) {
      socket.send("{\"t\":\"subscribe\",\"ref\":2,\"channel\":\"chat:live\"}");
      JsonNode subscribed = socket.json();
      assertEquals("subscribed", subscribed.path("t").asText(), subscribed.toString());
      assertEquals(2, subscribed.path("ref").asInt());
      assertEquals(0, subscribed.path("head").asLong());

      long before = Chain.start(1);
      for (int i = 1; i <= 100; i++) {
        Event event =
            gateway.publish(channel, "{\"text\":\"\u2028 emoji \ud83d\ude00 " + i + "\"}");
        JsonNode got = socket.json("event");
        assertEquals(i, got.path("seq").asLong());
        assertEquals("chat:live", got.path("channel").asText());
        before = Chain.next(before, event.envelope(), event.data());
        assertEquals(Chain.hex(before), got.path("chain").asText());
      }
    }
  }

  @Test
  void resumesFromTheWindowAfterAnAbsence() {
    Channel channel = Gateway.channel("resume");
    gateway.publish(channel, "{\"text\":\"1\"}");
    gateway.publish(channel, "{\"text\":\"2\"}");
    Event third = gateway.publish(channel, "{\"text\":\"3\"}");
    for (int i = 4; i <= 50; i++) {
      gateway.publish(channel, "{\"text\":\"" + i + "\"}");
    }
    gateway.settle();
    try (RawSocket socket = gateway.hello("ann")) {
      socket.send(
          "{\"t\":\"subscribe\",\"ref\":1,\"channel\":\"chat:resume\",\"after\":3,\"epoch\":1,"
              + "\"chain\":\""
              + Chain.hex(third.chain())
              + "\"}");
      JsonNode subscribed = socket.json();
      assertEquals("subscribed", subscribed.path("t").asText(), subscribed.toString());
      assertEquals(3, subscribed.path("after").asLong());
      assertTrue(subscribed.path("catchUp").isMissingNode(), subscribed.toString());
      for (int i = 4; i <= 50; i++) {
        assertEquals(i, socket.json().path("seq").asLong());
      }
    }
  }

  @Test
  void aRestartedGatewayResumesFromItsWindow() {
    Channel channel = Gateway.channel("deploy");
    for (int i = 1; i <= 20; i++) {
      gateway.publish(channel, "{\"text\":\"" + i + "\"}");
    }
    gateway.settle();
    gateway.restart();
    try (RawSocket socket = gateway.hello("ann")) {
      socket.send("{\"t\":\"subscribe\",\"ref\":1,\"channel\":\"chat:deploy\",\"after\":5}");
      assertNull(socket.json("subscribed").get("catchUp"));
      for (int i = 6; i <= 20; i++) {
        assertEquals(i, socket.json().path("seq").asLong());
      }
    }
  }

  @Test
  void anotherChainIsVoid() {
    Channel channel = Gateway.channel("fork");
    gateway.publish(channel, "{}");
    gateway.publish(channel, "{}");
    try (RawSocket socket = gateway.hello("ann")) {
      socket.send(
          "{\"t\":\"subscribe\",\"ref\":1,\"channel\":\"chat:fork\",\"after\":1,\"epoch\":1,"
              + "\"chain\":\"00000000deadbeef\"}");
      JsonNode reset = socket.json();
      assertEquals("reset", reset.path("t").asText(), reset.toString());
      assertEquals(0, reset.path("after").asLong());
    }
  }

  @Test
  void electric3563_whoIsAheadWaitsAndIsResetToHead() {
    Channel channel = Gateway.channel("ahead");
    gateway.publish(channel, "{}");
    try (RawSocket socket = gateway.hello("ann")) {
      long start = System.nanoTime();
      socket.send("{\"t\":\"subscribe\",\"ref\":1,\"channel\":\"chat:ahead\",\"after\":9}");
      JsonNode reset = socket.json();
      assertEquals("reset", reset.path("t").asText(), reset.toString());
      assertEquals(1, reset.path("after").asLong());
      assertTrue(System.nanoTime() - start > 1_900_000_000L);
    }
  }

  @Test
  void storesThatAreNotThereAreToldWithATime() {
    try (RawSocket socket = gateway.hello("ann")) {
      gateway.catchup().ready(false);
      socket.send("{\"t\":\"subscribe\",\"ref\":7,\"channel\":\"chat:notready\"}");
      JsonNode error = socket.json();
      gateway.catchup().ready(true);
      assertEquals("not_ready", error.path("code").asText(), error.toString());
      assertEquals(7, error.path("ref").asInt());
      assertTrue(error.path("retryAfterMs").asLong() > 0);
    }
  }

  @Test
  void rails38668_everyRequestHasOneAnswerHoweverFastTheyCome() {
    int pairs = 3000;
    Channel channel = Gateway.channel("pairs");
    try (RawSocket socket = gateway.hello("ann")) {
      Thread sender =
          Thread.ofVirtual()
              .start(() -> {
                for (int i = 0; i < pairs; i++) {
                  socket.send(
                      "{\"t\":\"subscribe\",\"ref\":" + 2 * i + ",\"channel\":\"chat:pairs\"}");
                  socket.send(
                      "{\"t\":\"unsubscribe\",\"ref\":"
                          + (2 * i + 1)
                          + ",\"channel\":\"chat:pairs\"}");
                }
                socket.send("{\"t\":\"subscribe\",\"ref\":999999,\"channel\":\"chat:pairs\"}");
              });
      Map<Long, String> answers = new HashMap<>();
      while (answers.size() < 2 * pairs + 1) {
        JsonNode answer = socket.json();
        String before = answers.put(answer.path("ref").asLong(), answer.path("t").asText());
        assertNull(before, "two answers: " + answer);
      }
      assertEquals("subscribed", answers.get(999_999L));
      for (int i = 0; i < pairs; i++) {
        assertEquals("unsubscribed", answers.get(2L * i + 1));
      }
      gateway.publish(channel, "{}");
      assertEquals(1, socket.json("event").path("seq").asLong());
      assertTrue(sender.isVirtual());
    }
  }

  @Test
  void mercure666_anExpiredTokenEndsTheSocketUnlessItIsRefreshed() {
    try (RawSocket socket = RawSocket.open(gateway.port());
        RawSocket refreshed = RawSocket.open(gateway.port())) {
      Instant exp = Instant.now().plusSeconds(60);
      socket.send(Gateway.hello(1, Gateway.token("ann", exp)));
      refreshed.send(Gateway.hello(1, Gateway.token("ann", exp)));
      socket.json("welcome");
      refreshed.json("welcome");
      refreshed.send("{\"t\":\"auth\",\"ref\":2,\"token\":\"" + Gateway.token("bob") + "\"}");
      assertEquals("forbidden", refreshed.json().path("code").asText());
      refreshed.send("{\"t\":\"auth\",\"ref\":3,\"token\":\"" + Gateway.token("ann") + "\"}");
      assertEquals("authed", refreshed.json().path("t").asText());

      gateway.clock().advance(Duration.ofSeconds(60).plus(GRACE));
      assertEquals(4401, socket.closeCode());

      refreshed.send("{\"t\":\"ping\",\"ref\":4}");
      assertEquals("pong", refreshed.json().path("t").asText());
    }
  }

  @Test
  void aHigherEpochIsOneResetAndThenTheNewNumbering() {
    Channel channel = Gateway.channel("rebuilt");
    try (KafkaBroker rebuilt = KafkaBroker.temporary();
        Gateway own = new Gateway(rebuilt)) {
      own.publish(channel, "{}");
      try (RawSocket socket = own.hello("ann")) {
        socket.send("{\"t\":\"subscribe\",\"ref\":1,\"channel\":\"chat:rebuilt\"}");
        socket.json("subscribed");
        own.feed().epoch(2);
        own.catchup().epoch(2);
        own.feed().write(own.feed().next(channel, "{}"));
        JsonNode reset = socket.json();
        assertEquals("reset", reset.path("t").asText(), reset.toString());
        assertEquals(2, reset.path("epoch").asInt());
        socket.send("{\"t\":\"subscribe\",\"ref\":2,\"channel\":\"chat:rebuilt\",\"after\":0}");
        assertEquals(2, socket.json("subscribed").path("epoch").asInt());
        assertEquals(1, socket.json("event").path("seq").asLong());
      }
    }
  }

  @Test
  void anEndMarkAloneIsOneResetToo() {
    Channel channel = Gateway.channel("emptied");
    try (KafkaBroker rebuilt = KafkaBroker.temporary();
        Gateway own = new Gateway(rebuilt)) {
      own.publish(channel, "{}");
      try (RawSocket socket = own.hello("ann")) {
        socket.send("{\"t\":\"subscribe\",\"ref\":1,\"channel\":\"chat:emptied\"}");
        socket.json("subscribed");
        own.catchup().forget(channel);
        own.catchup().epoch(2);
        own.feed().markAll(2);
        own.feed().markAll(2);
        JsonNode reset = socket.json();
        assertEquals("reset", reset.path("t").asText(), reset.toString());
        assertEquals(2, reset.path("epoch").asInt());
        socket.send("{\"t\":\"subscribe\",\"ref\":2,\"channel\":\"chat:emptied\",\"after\":0}");
        JsonNode again = socket.json("subscribed");
        assertEquals(2, again.path("epoch").asInt());
        assertEquals(0, again.path("head").asLong());
        own.publish(channel, "{}");
        assertEquals(1, socket.json("event").path("seq").asLong());
      }
    }
  }

  @Test
  void workadventure6125_aSlowReaderIsToldItsGapAndGoesOn() {
    Channel channel = Gateway.channel("slow");
    String text = "x".repeat(10_000);
    // On a log of its own, here and below: the other gateway counts what is on its log.
    try (KafkaBroker apart = KafkaBroker.temporary();
        Gateway own = new Gateway(apart, "--queue.bytes.max=100000");
        RawSocket socket = RawSocket.open(own.port(), 4096)) {
      socket.send(Gateway.hello(1, Gateway.token("ann")));
      socket.json("welcome");
      // Who is here may come while the queue is full, which would be told before the gap.
      socket.send(
          "{\"t\":\"subscribe\",\"ref\":1,\"channel\":\"chat:slow\",\"lanes\":[\"event\"]}");
      socket.json("subscribed");
      for (int i = 1; i <= 2000; i++) {
        own.publish(channel, "{\"text\":\"" + text + "\"}");
      }
      own.settle();
      Await.until("it is behind", () -> scraped(own, "what=\"behind\"} 1.0"));
      long seq = 0;
      JsonNode frame = socket.json();
      while (frame.path("t").asText().equals("event")) {
        seq++;
        assertEquals(seq, frame.path("seq").asLong());
        frame = socket.json();
      }
      assertEquals("behind", frame.path("t").asText());
      assertEquals(seq, frame.path("after").asLong());
      assertTrue(seq < 2000, "the queue was bounded");
      socket.send(
          "{\"t\":\"subscribe\",\"ref\":2,\"channel\":\"chat:slow\",\"after\":" + seq + "}");
      assertEquals(seq, socket.json("subscribed").path("after").asLong());
      while (seq < 2000) {
        seq++;
        assertEquals(seq, socket.json().path("seq").asLong());
      }
    }
  }

  /**
   * A gateway that was paused finds more than a queue holds. Had nothing been written in between,
   * the second channel would be behind though its socket takes everything.
   */
  @Test
  void aBurstEndsNothingWhereTheSocketTakesIt() {
    Channel first = Gateway.channel("burst");
    Channel second = Gateway.channel(Gateway.beside("chat:burst").substring("chat:".length()));
    String data = "{\"text\":\"" + "x".repeat(10_000) + "\"}";
    List<Event> burst = new ArrayList<>();
    try (KafkaBroker apart = KafkaBroker.temporary();
        Gateway own = new Gateway(apart, "--queue.bytes.max=100000");
        RawSocket socket = own.hello("ann")) {
      for (Channel channel : List.of(first, second)) {
        socket.send("{\"t\":\"subscribe\",\"ref\":1,\"channel\":\"" + name(channel) + "\"}");
        socket.json("subscribed");
      }
      for (Channel channel : List.of(first, second)) {
        for (int i = 0; i < 20; i++) {
          Event event = own.feed().next(channel, data);
          own.catchup().store(event);
          burst.add(event);
        }
      }
      own.feed().writeAtOnce(burst);
      for (Event event : burst) {
        JsonNode got = socket.json();
        assertEquals("event", got.path("t").asText(), got.toString());
        assertEquals(name(event.channel()), got.path("channel").asText());
        assertEquals(event.seq(), got.path("seq").asLong());
      }
    }
  }

  private static String name(Channel channel) {
    return channel.kind() + ":" + channel.id();
  }

  /** It may stall for long here: closed any earlier, not all could be behind. */
  @Test
  void whoReadsNothingIsBehindOnEveryChannel() {
    try (KafkaBroker apart = KafkaBroker.temporary();
        Gateway own = new Gateway(apart, "--queue.bytes.max=100000");
        RawSocket socket = RawSocket.open(own.port(), 4096)) {
      subscribeToMany(socket, "behind");
      publishToMany(own, "behind");
      Await.until("all are behind", () -> scraped(own, "what=\"behind\"} " + MANY + ".0"));
    }
  }

  @Test
  void whoReadsNothingIsClosed() {
    try (KafkaBroker apart = KafkaBroker.temporary();
        Gateway own = new Gateway(apart, "--queue.bytes.max=100000", "--stall.ms=1000");
        RawSocket socket = RawSocket.open(own.port(), 4096)) {
      subscribeToMany(socket, "stalled");
      publishToMany(own, "stalled");
      Await.until(
          "it is closed",
          () -> scraped(own, "tailrace_connections_closed_total{reason=\"too_slow\"} 1.0"));
    }
  }

  private static boolean scraped(Gateway own, String text) {
    return own.service().metrics().scrape().contains(text);
  }

  private static void subscribeToMany(RawSocket socket, String name) {
    socket.send(Gateway.hello(1, Gateway.token("ann")));
    socket.json("welcome");
    StringBuilder wants = new StringBuilder();
    for (int i = 0; i < MANY; i++) {
      wants.append(i == 0 ? "" : ",");
      wants
          .append("{\"channel\":\"chat:")
          .append(name)
          .append('-')
          .append(i)
          .append("\",\"lanes\":[\"event\"]}");
    }
    socket.send("{\"t\":\"subscribe\",\"ref\":1,\"channels\":[" + wants + "]}");
    for (int i = 0; i < MANY; i++) {
      assertEquals("subscribed", socket.json().path("t").asText());
    }
  }

  /** More than the system's buffers and the queue hold together, in every channel. */
  private static void publishToMany(Gateway own, String name) {
    String text = "x".repeat(20_000);
    for (int n = 0; n < 40; n++) {
      for (int i = 0; i < MANY; i++) {
        own.publish(Gateway.channel(name + "-" + i), "{\"text\":\"" + text + "\"}");
      }
    }
    own.feed().flush();
  }
}
