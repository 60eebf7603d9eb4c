package io.tailrace.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.tailrace.embed.KafkaBroker;
import io.tailrace.gateway.testkit.Gateway;
import io.tailrace.gateway.testkit.StreamReader;
import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.testkit.Await;
import io.tailrace.schemas.testkit.Certificates;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sockets and event streams over TLS, with the JDK's own clients. */
final class SecureIT {
  private static final JsonMapper JSON = new JsonMapper();
  private static final int STREAMS = 60;

  private static final Duration LIFE = Duration.ofSeconds(60);

  @TempDir private static Path folder;
  private static KafkaBroker broker;
  private static Certificates.Pair pair;
  private static Gateway gateway;
  private static HttpClient client;

  @BeforeAll
  static void start() {
    broker = KafkaBroker.temporary();
    pair = Certificates.make(folder, "gateway");
    gateway = new Gateway(broker, pair, "--heartbeat.ms=500", "--expiry.grace.ms=0");
    client = pair.client().build();
  }

  @AfterAll
  static void stop() {
    client.close();
    gateway.close();
    broker.close();
  }

  private static URI address(String path) {
    return URI.create("https://localhost:" + gateway.port() + path);
  }

  private static HttpRequest.Builder stream(String channel, String token) {
    return HttpRequest.newBuilder(address("/v1/sse?channel=" + channel))
        .header("Authorization", "Bearer " + token);
  }

  private static double meter(String name) {
    return gateway
        .service()
        .metrics()
        .scrape()
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
        .sum();
  }

  private static double sockets() throws Exception {
    String metrics =
        client
            .send(
                HttpRequest.newBuilder(address("/metrics")).build(),
                HttpResponse.BodyHandlers.ofString())
            .body();
    return metrics
        .lines()
        .filter(line -> line.startsWith("tailrace_http_connections_open "))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.indexOf(' '))))
        .sum();
  }

  private static final class Frames implements WebSocket.Listener {
    private final LinkedBlockingQueue<String> whole = new LinkedBlockingQueue<>();
    private final StringBuilder part = new StringBuilder();

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
      part.append(data);
      if (last) {
        whole.add(part.toString());
        part.setLength(0);
      }
      socket.request(1);
      return null;
    }

    JsonNode next(String t) throws Exception {
      while (true) {
        String text = whole.poll(60, TimeUnit.SECONDS);
        assertTrue(text != null, "no " + t + " came");
        JsonNode frame = JSON.readTree(text);
        if (frame.path("t").asText().equals(t)) {
          return frame;
        }
      }
    }
  }

  @Test
  void aSocketOverTlsIsLiveAndReplaysWhatIsLargerThanManyRecords() throws Exception {
    Channel channel = Gateway.channel("wss");
    // Beside the other one, whose short heartbeat a client on a busy machine may miss.
    try (KafkaBroker apart = KafkaBroker.temporary();
        Gateway own = new Gateway(apart, pair)) {
      replays(own, channel);
    }
  }

  private static void replays(Gateway own, Channel channel) throws Exception {
    String text = "{\"text\":\"" + "x".repeat(40_000) + "\"}";
    for (int i = 0; i < 20; i++) {
      own.publish(channel, text);
    }
    own.settle();
    Frames frames = new Frames();
    WebSocket socket =
        client
            .newWebSocketBuilder()
            .subprotocols("tailrace.v1.json")
            .buildAsync(URI.create("wss://localhost:" + own.port() + "/v1/ws"), frames)
            .get(60, TimeUnit.SECONDS);
    socket.sendText(Gateway.hello(1, Gateway.token("ann")), true).get();
    frames.next("welcome");
    socket
        .sendText("{\"t\":\"subscribe\",\"ref\":2,\"channel\":\"chat:wss\",\"after\":0}", true)
        .get();
    for (int seq = 1; seq <= 20; seq++) {
      assertEquals(seq, frames.next("event").path("seq").asInt());
    }
    own.publish(channel, "{}");
    assertEquals(21, frames.next("event").path("seq").asInt());
    socket.sendClose(WebSocket.NORMAL_CLOSURE, "").get();
    Await.until(
        "its place is free",
        () -> own.meter("tailrace_connections_open{wire=\"web_socket\"}") == 0.0);
  }

  @Test
  void manyEventStreamsShareOneConnectionAndEachEndsAlone() throws Exception {
    Channel channel = Gateway.channel("h2");
    List<StreamReader> streams = new ArrayList<>();
    try {
      for (int i = 0; i < STREAMS; i++) {
        StreamReader stream = new StreamReader(client, stream("chat:h2", Gateway.token("u" + i)));
        assertEquals(200, stream.status());
        streams.add(stream);
        stream.next("subscribed");
      }
      assertEquals(1, sockets(), "all on one connection");
      String text = "{\"text\":\"" + "x".repeat(20_000) + "\"}";
      gateway.publish(channel, text);
      for (StreamReader stream : streams) {
        assertEquals(1, stream.next("event").json().path("seq").asInt());
      }
      for (StreamReader stream : streams.subList(0, STREAMS / 2)) {
        stream.close();
      }
      Await.until(
          "those that were closed are forgotten",
          () ->
              meter("tailrace_connections_open{wire=\"event_stream\"}") == STREAMS - STREAMS / 2.0);
      gateway.publish(channel, "{}");
      for (StreamReader stream : streams.subList(STREAMS / 2, STREAMS)) {
        assertEquals(2, stream.next("event").json().path("seq").asInt());
      }
      assertEquals(1, sockets(), "still the same");
    } finally {
      streams.forEach(StreamReader::close);
    }
    Await.until(
        "all are forgotten",
        () -> meter("tailrace_connections_open{wire=\"event_stream\"}") == 0.0);
  }

  @Test
  void aStreamEndsWithItsTokenAndItsNeighbourGoesOn() throws Exception {
    Channel channel = Gateway.channel("h2-exp");
    String brief = Gateway.token("ann", Instant.now().plus(LIFE));
    try (StreamReader ends = new StreamReader(client, stream("chat:h2-exp", brief));
        StreamReader stays =
            new StreamReader(client, stream("chat:h2-exp", Gateway.token("bob")))) {
      ends.next("subscribed");
      stays.next("subscribed");
      gateway.clock().advance(LIFE);
      assertEquals("token_expired", ends.next("error").json().path("code").asText());
      assertNull(ends.poll(), "and nothing follows");
      gateway.publish(channel, "{}");
      assertEquals(1, stays.next("event").json().path("seq").asInt());
    }
  }

  @Test
  void theSessionCookieIsForTlsOnly() throws Exception {
    HttpRequest post =
        HttpRequest.newBuilder(address("/v1/session"))
            .header("Authorization", "Bearer " + Gateway.token("ann"))
            .POST(HttpRequest.BodyPublishers.noBody())
            .build();
    String cookie =
        client
            .send(post, HttpResponse.BodyHandlers.discarding())
            .headers()
            .firstValue("set-cookie")
            .orElse("");
    assertTrue(cookie.toLowerCase(java.util.Locale.ROOT).contains("; secure"), cookie);
  }

  @Test
  void aSocketIsNotOpenedOverHttp2() throws Exception {
    HttpResponse<String> answer =
        client.send(
            HttpRequest.newBuilder(address("/v1/ws")).build(),
            HttpResponse.BodyHandlers.ofString());
    assertEquals(HttpClient.Version.HTTP_2, answer.version());
    assertEquals(400, answer.statusCode());
    assertFalse(answer.body().isEmpty());
  }
}
