package io.tailrace.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.tailrace.embed.KafkaBroker;
import io.tailrace.gateway.testkit.Gateway;
import io.tailrace.gateway.testkit.RawSocket;
import io.tailrace.gateway.testkit.StreamReader;
import io.tailrace.schemas.event.Chain;
import io.tailrace.schemas.event.Event;
import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.testkit.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class EventStreamIT {
  private static final JsonMapper JSON = new JsonMapper();
  private static final Duration HEARTBEAT = Duration.ofSeconds(60);
  private static KafkaBroker broker;
  private static Gateway gateway;
  private static HttpClient http;

  @BeforeAll
  static void start() {
    broker = KafkaBroker.temporary();
    gateway = new Gateway(broker, "--heartbeat.ms=" + HEARTBEAT.toMillis());
    http = HttpClient.newHttpClient();
  }

  @AfterAll
  static void stop() {
    http.close();
    gateway.close();
    broker.close();
  }

  private static HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.port() + path));
  }

  private static HttpRequest.Builder authorised(String path) {
    return request(path).header("Authorization", "Bearer " + Gateway.token("ann"));
  }

  @Test
  void carriesTheSameFramesAndACursorToResumeFrom() throws Exception {
    Channel channel = Gateway.channel("sse");
    String cursor;
    try (StreamReader stream = new StreamReader(http, authorised("/v1/sse?channel=chat:sse"))) {
      assertEquals(200, stream.status());
      assertEquals("subscribed", stream.next().name());
      gateway.publish(channel, "{\"text\":\n\"two lines \u2028 \ud83d\ude00\"}");
      StreamReader.Sse event = stream.next("event");
      assertEquals(1, event.json().path("seq").asLong());
      assertEquals("two lines \u2028 \ud83d\ude00", event.json().at("/data/text").asText());
      StreamReader.Sse told = stream.next("cursor");
      while (!told.id().equals("chat:sse=1.1")) {
        told = stream.next("cursor");
      }
      cursor = told.id();
    }
    gateway.publish(channel, "{}");
    gateway.publish(channel, "{}");
    gateway.settle();
    try (StreamReader stream =
        new StreamReader(
            http, authorised("/v1/sse?channel=chat:sse").header("Last-Event-ID", cursor))) {
      assertEquals(1, stream.next("subscribed").json().path("after").asLong());
      assertEquals(2, stream.next("event").json().path("seq").asLong());
      assertEquals(3, stream.next("event").json().path("seq").asLong());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"bogus", "chat:none-a=1.1,chat:none-b"})
  void mercure704_aCursorThatIsNoneIsResetOnEveryChannel(String bogus) {
    String late = Gateway.elsewhere("chat:none-b", "chat:none-a");
    gateway.publish(Gateway.channel("none-a"), "{}");
    gateway.settle();
    gateway.catchup().hold(late);
    String path = "/v1/sse?channel=chat:none-a&channel=" + late;
    String resume;
    try (StreamReader stream =
        new StreamReader(http, authorised(path).header("Last-Event-ID", bogus))) {
      assertReset("chat:none-a", stream.next());
      // A stream that lasts sends comments: so many that it would have ended if it did not wait.
      for (int comment = 0; comment < 2; comment++) {
        gateway.clock().advance(HEARTBEAT);
        stream.awaitComments(1);
      }
      gateway.catchup().release(late);
      assertReset(late, stream.next());
      resume = stream.next("cursor").id();
      assertNull(stream.poll(), "and the stream ends");
    }
    try (StreamReader stream =
        new StreamReader(http, authorised(path).header("Last-Event-ID", resume))) {
      assertEquals(1, stream.next("event").json().path("seq").asLong());
    }
  }

  private static void assertReset(String channel, StreamReader.Sse told) {
    assertEquals("reset", told.name(), told.toString());
    assertEquals(channel, told.json().path("channel").asText());
    assertEquals(0, told.json().path("after").asLong());
    assertEquals(1, told.json().path("epoch").asInt());
  }

  @Test
  void mercure704_aCursorFromTheFutureIsResetAndTheStreamSaysWhereToResume() {
    Channel channel = Gateway.channel("future");
    gateway.publish(channel, "{}");
    gateway.settle();
    try (StreamReader stream =
        new StreamReader(http, authorised("/v1/sse?channel=chat:future&cursor=chat:future=1.99"))) {
      assertEquals(1, stream.next("reset").json().path("after").asLong());
      StreamReader.Sse cursor = stream.next("cursor");
      assertEquals("chat:future=1.1", cursor.id());
      assertNull(stream.poll(), "and the stream ends");
    }
  }

  @Test
  void mercure666_aStreamEndsWithItsTokenAndSaysSo() {
    Channel channel = Gateway.channel("sse-expiry");
    Duration life = Duration.ofSeconds(60);
    // On a log of its own: the other gateway counts what is on its log.
    try (KafkaBroker apart = KafkaBroker.temporary();
        Gateway own = new Gateway(apart, "--expiry.grace.ms=0");
        StreamReader stream =
            new StreamReader(
                http,
                HttpRequest.newBuilder(
                        URI.create(
                            "http://127.0.0.1:" + own.port() + "/v1/sse?channel=chat:sse-expiry"))
                    .header(
                        "Authorization",
                        "Bearer " + Gateway.token("ann", Instant.now().plus(life))))) {
      stream.next("subscribed");
      own.publish(channel, "{}");
      assertEquals(1, stream.next("event").json().path("seq").asLong());
      own.clock().advance(life);
      StreamReader.Sse error = stream.next("error");
      assertEquals("token_expired", error.json().path("code").asText());
      own.publish(channel, "{}");
      own.settle();
      assertNull(stream.poll(), "nothing follows");
    }
  }

  /** A line end, a separator that JSON allows in strings, and what is not in the basic plane. */
  @Test
  void sseclient9_bodiesAreEqualOnBothPaths() {
    Channel channel = Gateway.channel("equal");
    List<String> bodies =
        List.of(
            "{\"text\":\r\"cr\"}",
            "{\"text\":\r\n\"crlf\"\n}",
            "{\"text\":\"\u2028 \u2029 \u0085 separators\"}",
            "{\"text\":\"\ud83d\ude00 \u00e9 \u4f60\\r\\n\"}",
            "{\"text\":\"data: x\\n\\nevent: y\"}");
    try (StreamReader stream = new StreamReader(http, authorised("/v1/sse?channel=chat:equal"));
        RawSocket socket = gateway.hello("ann")) {
      stream.next("subscribed");
      socket.send("{\"t\":\"subscribe\",\"ref\":1,\"channel\":\"chat:equal\"}");
      socket.json("subscribed");
      for (String body : bodies) {
        Event event = gateway.publish(channel, body);
        JsonNode overSocket = socket.json("event");
        JsonNode overStream = stream.next("event").json();
        assertEquals(overSocket, overStream);
        assertEquals(parse(event.data()), overSocket.path("data"), body);
        assertEquals(Chain.hex(event.chain()), overSocket.path("chain").asText());
      }
    }
  }

  /** The peer is there for the system, but nobody reads: nothing is lost, and its place is free. */
  @Test
  void hazelcastJetContrib90_aReaderThatHasDiedLosesNothing() {
    Channel channel = Gateway.channel("dead");
    String text = "{\"text\":\"" + "x".repeat(50_000) + "\"}";
    Duration stall = Duration.ofSeconds(60);
    // On a log of its own: the other gateway counts what is on its log.
    try (KafkaBroker apart = KafkaBroker.temporary();
        Gateway own =
            new Gateway(apart, "--stall.ms=" + stall.toMillis(), "--queue.bytes.max=100000");
        RawSocket dead =
            RawSocket.request(
                own.port(),
                4096,
                "GET /v1/sse?channel=chat:dead HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
                    + Gateway.token("ann")
                    + "\r\n\r\n")) {
      while (!dead.line().startsWith("event: subscribed")) {
        assertTrue(dead.handshake().startsWith("HTTP/1.1 200"), dead.handshake());
      }
      for (int i = 0; i < 200; i++) {
        own.publish(channel, text);
      }
      own.settle();
      Await.until(
          "it takes no more",
          () -> own.meter("tailrace_gateway_happenings_total{what=\"behind\"}") == 1);
      own.clock().advance(stall);
      Await.until("its place is free", () -> open(own).contains("event_stream\"} 0.0"));
      try (StreamReader again =
          new StreamReader(
              http,
              HttpRequest.newBuilder(
                      URI.create(
                          "http://127.0.0.1:"
                              + own.port()
                              + "/v1/sse?channel=chat:dead&cursor=chat:dead=1.0"))
                  .header("Authorization", "Bearer " + Gateway.token("ann")))) {
        for (int seq = 1; seq <= 200; seq++) {
          assertEquals(seq, again.next("event").json().path("seq").asLong());
        }
      }
    }
  }

  @Test
  void aSessionCookieServesBrowsers() throws Exception {
    String cookie;
    try (StreamReader session =
        new StreamReader(
            http, authorised("/v1/session").POST(HttpRequest.BodyPublishers.noBody()))) {
      assertEquals(204, session.status());
      assertTrue(session.cookie().contains("HttpOnly"), session.cookie());
      assertTrue(session.cookie().contains("SameSite=Strict"), session.cookie());
      cookie = session.cookie().substring(0, session.cookie().indexOf(';'));
    }
    try (StreamReader stream =
        new StreamReader(http, request("/v1/sse?channel=chat:cookie").header("Cookie", cookie))) {
      assertEquals(200, stream.status());
      assertEquals("subscribed", stream.next().name());
    }
  }

  @Test
  void whoMayNotIsRefusedBeforeTheStream() throws Exception {
    try (StreamReader nobody = new StreamReader(http, request("/v1/sse?channel=chat:a"));
        StreamReader nothing = new StreamReader(http, authorised("/v1/sse"));
        StreamReader noKind = new StreamReader(http, authorised("/v1/sse?channel=nokind:a"))) {
      assertEquals(401, nobody.status());
      assertEquals(400, nothing.status());
      assertEquals(403, noKind.status());
    }
  }

  @Test
  void aReaderThatHasGoneIsForgotten() throws Exception {
    try (Gateway own = new Gateway(broker, "--heartbeat.ms=500")) {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(
                  URI.create("http://127.0.0.1:" + own.port() + "/v1/sse?channel=chat:gone"))
              .header("Authorization", "Bearer " + Gateway.token("ann"));
      StreamReader stream = new StreamReader(http, request);
      stream.next("subscribed");
      assertFalse(open(own).contains("event_stream\"} 0.0"));
      stream.close();
      Await.until("it is forgotten", () -> open(own).contains("event_stream\"} 0.0"));
    }
  }

  private static JsonNode parse(byte[] json) {
    try {
      return JSON.readTree(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String open(Gateway gateway) {
    return gateway
        .service()
        .metrics()
        .scrape()
        .lines()
        .filter(line -> line.startsWith("tailrace_connections_open{"))
        .reduce("", String::concat);
  }
}
