package io.tailrace.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.tailrace.embed.KafkaBroker;
import io.tailrace.gateway.testkit.Gateway;
import io.tailrace.gateway.testkit.RawSocket;
import io.tailrace.schemas.testkit.Await;
import io.tailrace.schemas.topic.Topics;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Clients that do not read, on real sockets. */
final class SheddingIT {
  private static final String SMALL_SEND_BUFFER = "--socket.send.buffer.bytes=8192";
  private static final int SIGNALS = 500;

  private static KafkaBroker broker;
  private static KafkaProducer<byte[], byte[]> signals;

  @BeforeAll
  static void start() {
    broker = KafkaBroker.temporary();
    signals =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", broker.bootstrap()),
            new ByteArraySerializer(),
            new ByteArraySerializer());
  }

  @AfterAll
  static void stop() {
    signals.close();
    broker.close();
  }

  /** As another gateway would write them, each of another user. */
  private static void type(String channel) {
    for (int i = 0; i < SIGNALS; i++) {
      String value =
          "{\"session\":\"elsewhere\",\"user\":\"user"
              + i
              + "\",\"type\":\"typing\",\"ttlMs\":60000,\"data\":{\"text\":\""
              + "x".repeat(200)
              + "\"}}";
      var _ =
          signals.send(
              new ProducerRecord<>(
                  Topics.SIGNALS,
                  ("demo/" + channel).getBytes(StandardCharsets.UTF_8),
                  value.getBytes(StandardCharsets.UTF_8)));
    }
    signals.flush();
  }

  private static double metric(Gateway gateway, String name) {
    return gateway
        .service()
        .metrics()
        .scrape()
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(name.length())))
        .sum();
  }

  private static double shed(Gateway gateway) {
    return metric(gateway, "tailrace_shed_total{lane=\"signal\"}");
  }

  /** All that were shed since the connection was opened, as a frame has it. */
  private static int dropped(JsonNode told) {
    return told.path("dropped").path("signal").asInt();
  }

  private static double behind(Gateway gateway) {
    return metric(gateway, "tailrace_gateway_happenings_total{what=\"behind\"}");
  }

  private static void subscribe(RawSocket socket, String channel, long after) {
    socket.send(
        "{\"t\":\"subscribe\",\"ref\":1,\"channel\":\"" + channel + "\",\"after\":" + after + "}");
  }

  @Test
  void whoDoesNotReadIsShedIsToldHowMuchAndIsExactAfterwards() {
    int events = 300;
    String text = "{\"text\":\"" + "x".repeat(10_000) + "\"}";
    try (Gateway own = new Gateway(broker, "--queue.bytes.max=100000", SMALL_SEND_BUFFER);
        RawSocket socket = RawSocket.open(own.port(), 4096)) {
      socket.send(Gateway.hello(1, Gateway.token("ann")));
      socket.json("welcome");
      subscribe(socket, "chat:talk", 0);
      socket.json("subscribed");
      subscribe(socket, "chat:full", 0);
      socket.json("subscribed");
      for (int i = 0; i < events; i++) {
        own.publish(Gateway.channel("full"), text);
      }
      own.feed().flush();
      Await.until("the queue is full of events", () -> behind(own) == 1);
      type("chat:talk");
      Await.until("signals are shed", () -> shed(own) > 0);

      long seq = 0;
      int signalled = 0;
      JsonNode degraded = null;
      JsonNode recovered = null;
      // Where it was over before the last ones came, it begins again, or they are shown.
      while (recovered == null || signalled + dropped(recovered) < SIGNALS || seq < events) {
        JsonNode told = socket.json();
        switch (told.path("t").asText()) {
          case "event" -> assertEquals(++seq, told.path("seq").asLong());
          case "signal" -> signalled++;
          case "degraded" -> degraded = told;
          case "recovered" -> recovered = told;
          case "behind" -> {
            assertEquals(seq, told.path("after").asLong());
            subscribe(socket, "chat:full", seq);
          }
          default -> {}
        }
      }

      assertTrue(degraded != null, "it was told when it began");
      assertEquals(events, seq, "every event once, in order");
      int dropped = dropped(recovered);
      assertEquals(SIGNALS, signalled + dropped);
      Await.until("as many are counted", () -> shed(own) == dropped);
      own.publish(Gateway.channel("talk"), "{\"text\":\"still here\"}");
      assertEquals(1, socket.json("event").path("seq").asLong());
    }
  }

  @Test
  void whoAsksAgainAndAgainAndReadsNothingIsClosed() {
    try (Gateway own =
            new Gateway(
                broker,
                "--stall.ms=1000",
                "--frames.per.second=1000000",
                "--frames.burst=10000000",
                SMALL_SEND_BUFFER);
        RawSocket socket = RawSocket.open(own.port(), 4096)) {
      socket.send(Gateway.hello(1, Gateway.token("ann")));
      Thread asking =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  while (true) {
                    subscribe(socket, "chat:again", 0);
                  }
                } catch (UncheckedIOException _) {
                  // closed, as it should be
                }
              });

      Await.until(
          "it is closed",
          () -> metric(own, "tailrace_connections_closed_total{reason=\"too_slow\"}") == 1);
      Await.until("nobody asks any more", () -> !asking.isAlive());
    }
  }
}
