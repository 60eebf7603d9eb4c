package io.tailrace.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.tailrace.embed.KafkaBroker;
import io.tailrace.gateway.testkit.Gateway;
import io.tailrace.gateway.testkit.RawSocket;
import io.tailrace.gateway.testkit.StreamReader;
import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.testkit.Await;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A gateway that leaves, over real sockets. */
final class DrainIT {
  /** After so long a client has moved. */
  private static final Duration MOVE = Duration.ofSeconds(5);

  private static KafkaBroker broker;
  private static HttpClient http;

  @BeforeAll
  static void start() {
    broker = KafkaBroker.temporary();
    http = HttpClient.newHttpClient();
  }

  @AfterAll
  static void stop() {
    http.close();
    broker.close();
  }

  @Test
  void nobodyNewComesAndThoseWhoAreThereAreServedUntilTheyGo() throws Exception {
    try (Gateway gateway =
        new Gateway(
            broker,
            "--drain.notice.ms=300000",
            "--drain.window.ms=9",
            "--drain.deadline.ms=86400000",
            "--heartbeat.ms=60000")) {
      Thread leaving;
      try (RawSocket socket = subscribed(gateway, "served");
          StreamReader stream = stream(gateway, "served")) {
        leaving = leave(gateway);

        JsonNode drain = socket.json("drain");
        long afterMs = drain.path("reconnectAfterMs").asLong();
        assertTrue(afterMs >= 300_000 && afterMs < 300_009, drain.toString());
        long deadlineMs = drain.path("deadlineMs").asLong();
        assertTrue(deadlineMs > 0 && deadlineMs <= 86_400_000, drain.toString());
        assertNotNull(stream.next("drain").json().get("reconnectAfterMs"));

        RawSocket refused = RawSocket.request(gateway.port(), 0, RawSocket.request("") + "\r\n");
        assertTrue(refused.handshake().startsWith("HTTP/1.1 503"), refused.handshake());
        assertTrue(refused.handshake().contains("Retry-After: "), refused.handshake());
        refused.close();
        HttpResponse<String> noStream = get(gateway, "/v1/sse?channel=chat:served");
        assertEquals(503, noStream.statusCode());
        assertTrue(noStream.headers().firstValue("Retry-After").isPresent());
        assertTrue(noStream.body().contains("\"not_ready\""), noStream.body());
        assertEquals(503, get(gateway, "/health/ready").statusCode());
        assertEquals(200, get(gateway, "/health/live").statusCode());
        assertEquals(1, metric(gateway, "tailrace_gateway_draining"));
        assertEquals(2, metric(gateway, "tailrace_gateway_drain_left"));

        gateway.publish(Gateway.channel("served"), "{}");
        assertEquals(1, socket.json("event").path("seq").asLong());
        assertEquals(1, stream.next("event").json().path("seq").asLong());
        assertTrue(leaving.isAlive(), "it waits for those who are there");
      }
      // A reader that has gone is missed when comments can no longer be sent.
      Await.until(
          "it has left, long before the deadline",
          () -> {
            gateway.clock().advance(Duration.ofSeconds(2));
            return !leaving.isAlive();
          });
      assertEquals(0, metric(gateway, "tailrace_gateway_drain_left"));
    }
  }

  @Test
  void whoStaysIsClosedAtTheDeadlineWithAllThatCameBefore() throws Exception {
    Channel channel = Gateway.channel("stays");
    try (Gateway gateway =
            new Gateway(
                broker,
                "--drain.notice.ms=0",
                "--drain.window.ms=0",
                "--drain.deadline.ms=600000");
        RawSocket socket = subscribed(gateway, "stays");
        StreamReader stream = stream(gateway, "stays")) {
      gateway.publish(channel, "{}");
      assertEquals(1, stream.next("event").json().path("seq").asLong());

      Thread leaving = leave(gateway);

      assertEquals(1, socket.json("event").path("seq").asLong());
      assertEquals(0, socket.json("drain").path("reconnectAfterMs").asLong());
      gateway.clock().advance(Duration.ofMinutes(10));
      assertEquals(1001, socket.closeCode());
      assertEquals("drain", nextButCursors(stream));
      assertNull(nextButCursors(stream), "the stream ends as a whole one");
      assertEquals("chat:stays=1.1", stream.lastId());
      Await.until("it has left", () -> !leaving.isAlive());
      assertEquals(2, metric(gateway, "tailrace_connections_closed_total{reason=\"drained\"}"));
    }
  }

  /** A browser's own reader knows no {@code drain}: it comes back when its stream has ended. */
  @Test
  void aStreamThatStaysIsEndedSomeTimeAfterItsOwnAndSaysWhereItStood() throws Exception {
    Channel channel = Gateway.channel("browser");
    try (Gateway gateway =
            new Gateway(
                broker,
                "--drain.notice.ms=0",
                "--drain.window.ms=0",
                "--drain.deadline.ms=600000");
        StreamReader stream = stream(gateway, "browser")) {
      gateway.clock().stop();
      Thread leaving = leave(gateway);
      stream.next("drain");
      // Each event that is read brings the next one, so that some always came since a cursor.
      gateway.publish(channel, "{}");
      long seen = 0;
      for (StreamReader.Sse next = stream.poll(); next != null; next = stream.poll()) {
        if (next.name().equals("event")) {
          seen = next.json().path("seq").asLong();
          if (seen == 3) {
            gateway.clock().advance(MOVE);
          }
          gateway.publish(channel, "{}");
        }
      }
      Await.until("it has left, long before the deadline", () -> !leaving.isAlive());

      assertTrue(seen >= 3, "events came while it drained");
      assertEquals("chat:browser=1." + seen, stream.lastId());
    }
  }

  private static Thread leave(Gateway gateway) {
    return Thread.ofPlatform().daemon().start(gateway.service()::leave);
  }

  private static RawSocket subscribed(Gateway gateway, String id) {
    RawSocket socket = gateway.hello("ann");
    socket.send("{\"t\":\"subscribe\",\"ref\":2,\"channel\":\"chat:" + id + "\"}");
    socket.json("subscribed");
    return socket;
  }

  private static StreamReader stream(Gateway gateway, String id) {
    StreamReader stream = new StreamReader(http, request(gateway, "/v1/sse?channel=chat:" + id));
    stream.next("subscribed");
    return stream;
  }

  private static @Nullable String nextButCursors(StreamReader stream) {
    StreamReader.Sse next = stream.poll();
    while (next != null && next.name().equals("cursor")) {
      next = stream.poll();
    }
    return next == null ? null : next.name();
  }

  private static HttpResponse<String> get(Gateway gateway, String path)
      throws IOException, InterruptedException {
    return http.send(request(gateway, path).build(), HttpResponse.BodyHandlers.ofString());
  }

  private static HttpRequest.Builder request(Gateway gateway, String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.port() + path))
        .header("Authorization", "Bearer " + Gateway.token("ann"));
  }

  private static double metric(Gateway gateway, String name) {
    return gateway
        .service()
        .metrics()
        .scrape()
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
        .sum();
  }
}
