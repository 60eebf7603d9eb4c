package io.tailrace.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import io.tailrace.embed.KafkaBroker;
import io.tailrace.gateway.testkit.Gateway;
import io.tailrace.gateway.testkit.RawSocket;
import io.tailrace.schemas.event.Event;
import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.testkit.Await;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What users of other systems reported, each as a test named after its report: the repository and
 * the number. Those about event streams stand in {@link EventStreamIT}, those about frames in
 * {@link FramesIT}, and some in {@link LiveIT}.
 */
final class ReportsIT {
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

  private static String subscribe(int ref, String channel) {
    return "{\"t\":\"subscribe\",\"ref\":" + ref + ",\"channel\":\"" + channel + "\"}";
  }

  private static String resume(int ref, String channel, long after) {
    return "{\"t\":\"subscribe\",\"ref\":"
        + ref
        + ",\"channel\":\""
        + channel
        + "\",\"after\":"
        + after
        + ",\"epoch\":1}";
  }

  /** Everything that is sent until the answer to a ping, which therefore is nothing more. */
  private static void assertNothingMore(RawSocket socket) {
    socket.send("{\"t\":\"ping\",\"ref\":99}");
    JsonNode next = socket.json();
    assertEquals("pong", next.path("t").asText(), next.toString());
  }

  @Test
  void socketIo5538_nothingWasReceivedBeforeTheDrop() {
    Channel channel = Gateway.channel("empty");
    long head;
    try (RawSocket socket = gateway.hello("ann")) {
      socket.send(subscribe(1, "chat:empty"));
      head = socket.json("subscribed").path("head").asLong();
    }
    for (int i = 0; i < 3; i++) {
      gateway.publish(channel, "{}");
    }
    gateway.settle();
    try (RawSocket socket = gateway.hello("ann")) {
      socket.send(resume(1, "chat:empty", head));
      assertEquals(0, socket.json("subscribed").path("after").asLong());
      for (int seq = 1; seq <= 3; seq++) {
        assertEquals(seq, socket.json().path("seq").asLong());
      }
      assertNothingMore(socket);
    }
  }

  @Test
  void socketIoRedisStreamsAdapter39_resumingAgainAndAgainRepeatsNothing() {
    Channel channel = Gateway.channel("again");
    for (int i = 0; i < 3; i++) {
      gateway.publish(channel, "{}");
    }
    gateway.settle();
    for (int i = 0; i < 5; i++) {
      try (RawSocket socket = gateway.hello("ann")) {
        socket.send(resume(1, "chat:again", 3));
        assertEquals("subscribed", socket.json().path("t").asText());
        assertNothingMore(socket);
      }
    }
  }

  /** A reads nothing and says nothing from some moment on, as if its network had gone. */
  @Test
  void socketIo4880_theTimeoutOfAHalfOpenSocketHarmsNoLaterResume() {
    Channel channel = Gateway.channel("half-open");
    // On a log of its own: the other gateway counts what is on its log.
    try (KafkaBroker apart = KafkaBroker.temporary();
        Gateway own = new Gateway(apart, "--heartbeat.ms=60000");
        RawSocket a = own.hello("ann")) {
      a.send(subscribe(1, "chat:half-open"));
      a.json("subscribed");
      own.publish(channel, "{}");
      assertEquals(1, a.json("event").path("seq").asLong());
      try (RawSocket b = own.hello("ann")) {
        b.send(resume(1, "chat:half-open", 1));
        b.json("subscribed");
        own.publish(channel, "{}");
        assertEquals(2, b.json("event").path("seq").asLong());
        own.clock().advance(Duration.ofSeconds(100));
        b.send("{\"t\":\"ping\",\"ref\":1}");
        b.json("pong");
        own.clock().advance(Duration.ofSeconds(50));
        Await.until(
            "the first socket has timed out",
            () -> own.meter("tailrace_connections_closed_total{reason=\"silent\"}") == 1);
      }
      own.publish(channel, "{}");
      own.settle();
      try (RawSocket c = own.hello("ann")) {
        c.send(resume(1, "chat:half-open", 2));
        assertEquals(2, c.json("subscribed").path("after").asLong());
        assertEquals(3, c.json().path("seq").asLong());
        own.publish(channel, "{}");
        assertEquals(4, c.json().path("seq").asLong());
      }
    }
  }

  @Test
  void centrifugeJs265_aDoubledSubscribeEndsSubscribedAndHearsOnce() {
    Channel channel = Gateway.channel("doubled");
    try (RawSocket socket = gateway.hello("ann")) {
      for (int i = 0; i < 100; i++) {
        socket.send(subscribe(1000 + i, "chat:doubled"));
      }
      int last = 0;
      for (int i = 0; i < 100; i++) {
        JsonNode answer = socket.json();
        last = answer.path("t").asText().equals("subscribed") ? answer.path("ref").asInt() : last;
      }
      assertEquals(1099, last, "the last command wins");
      gateway.publish(channel, "{}");
      assertEquals(1, socket.json().path("seq").asLong());
      assertNothingMore(socket);
    }
  }

  @Test
  void supabaseJs1599_whatIsWrittenAtTheAckArrives() {
    try (RawSocket socket = gateway.hello("ann")) {
      for (int i = 0; i < 1000; i++) {
        String name = "ack-" + i % 20;
        socket.send(subscribe(2 * i, "chat:" + name));
        long head = socket.json("subscribed").path("head").asLong();
        Event event = gateway.publish(Gateway.channel(name), "{}");
        JsonNode got = socket.json();
        assertEquals(event.envelope().id(), got.path("id").asText(), got.toString());
        assertEquals(head + 1, got.path("seq").asLong());
        socket.send(
            "{\"t\":\"unsubscribe\",\"ref\":"
                + (2 * i + 1)
                + ",\"channel\":\"chat:"
                + name
                + "\"}");
        socket.json("unsubscribed");
      }
    }
  }

  /** The client was served by one that was ahead: what it has comes, and no reset with it. */
  @Test
  void electric3563_whatTheClientHasIsWaitedFor() {
    Channel channel = Gateway.channel("failover");
    try (KafkaBroker apart = KafkaBroker.temporary();
        Gateway own = new Gateway(apart)) {
      // It is waited for some time only, which does not pass here.
      own.clock().stop();
      own.publish(channel, "{}");
      own.publish(channel, "{}");
      own.settle();
      try (RawSocket socket = own.hello("ann")) {
        socket.send(resume(1, "chat:failover", 3));
        assertNothingMore(socket);
        own.publish(channel, "{}");
        JsonNode answer = socket.json();
        assertEquals("subscribed", answer.path("t").asText(), answer.toString());
        assertEquals(3, answer.path("after").asLong());
        own.publish(channel, "{}");
        assertEquals(4, socket.json().path("seq").asLong());
      }
    }
  }
}
