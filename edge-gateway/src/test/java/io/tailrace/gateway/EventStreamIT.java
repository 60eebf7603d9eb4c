package io.tailrace.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.tailrace.embed.KafkaBroker;
import io.tailrace.gateway.testkit.Gateway;
import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.testkit.Await;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

final class EventStreamIT {
  private static final JsonMapper JSON = new JsonMapper();
  private static KafkaBroker broker;
  private static Gateway gateway;
  private static HttpClient http;

  @BeforeAll
  static void start() {
    broker = KafkaBroker.temporary();
    gateway = new Gateway(broker, "--heartbeat.ms=500");
    http = HttpClient.newHttpClient();
  }

  @AfterAll
  static void stop() {
    http.close();
    gateway.close();
    broker.close();
  }

  /** One server-sent event, parsed as a browser does. */
  private record Sse(String name, String id, String data) {
    JsonNode json() throws IOException {
      return JSON.readTree(data);
    }
  }

  private static final class Stream implements AutoCloseable {
    private final BufferedReader lines;
    private final int status;
    private final String cookie;

    Stream(HttpRequest.Builder request) throws Exception {
      HttpResponse<java.io.InputStream> response =
          http.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
      status = response.statusCode();
      cookie = response.headers().firstValue("set-cookie").orElse("");
      lines = new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
    }

    Sse next() throws IOException {
      String name = "";
      String id = "";
      StringBuilder data = new StringBuilder();
      String line = lines.readLine();
      while (line != null) {
        if (line.isEmpty()) {
          if (!data.isEmpty()) {
            return new Sse(name, id, data.toString());
          }
          name = "";
        } else if (line.startsWith("event: ")) {
          name = line.substring(7);
        } else if (line.startsWith("id: ")) {
          id = line.substring(4);
        } else if (line.startsWith("data: ")) {
          data.append(data.isEmpty() ? "" : "\n").append(line.substring(6));
        }
        line = lines.readLine();
      }
      throw new AssertionError("the stream ended");
    }

    Sse next(String name) throws IOException {
      Sse event = next();
      while (!event.name().equals(name)) {
        event = next();
      }
      return event;
    }

    @Override
    public void close() throws IOException {
      lines.close();
    }
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
    try (Stream stream = new Stream(authorised("/v1/sse?channel=chat:sse"))) {
      assertEquals(200, stream.status);
      assertEquals("subscribed", stream.next().name());
      gateway.publish(channel, "{\"text\":\n\"two lines \u2028 \ud83d\ude00\"}");
      Sse event = stream.next("event");
      assertEquals(1, event.json().path("seq").asLong());
      assertEquals("two lines \u2028 \ud83d\ude00", event.json().at("/data/text").asText());
      Sse told = stream.next("cursor");
      while (!told.id().equals("chat:sse=1.1")) {
        told = stream.next("cursor");
      }
      cursor = told.id();
    }
    gateway.publish(channel, "{}");
    gateway.publish(channel, "{}");
    gateway.settle();
    try (Stream stream =
        new Stream(authorised("/v1/sse?channel=chat:sse").header("Last-Event-ID", cursor))) {
      assertEquals(1, stream.next("subscribed").json().path("after").asLong());
      assertEquals(2, stream.next("event").json().path("seq").asLong());
      assertEquals(3, stream.next("event").json().path("seq").asLong());
    }
  }

  @Test
  void aCursorThatIsNoneIsToldAndEverythingBeginsAnew() throws Exception {
    Channel channel = Gateway.channel("bogus");
    gateway.publish(channel, "{}");
    gateway.settle();
    try (Stream stream = new Stream(authorised("/v1/sse?channel=chat:bogus&cursor=bogus"))) {
      assertEquals("bad_request", stream.next().json().path("code").asText());
      assertEquals(0, stream.next("subscribed").json().path("after").asLong());
      assertEquals(1, stream.next("event").json().path("seq").asLong());
    }
  }

  @Test
  void aCursorFromTheFutureIsResetAndTheStreamSaysWhereToResume() throws Exception {
    Channel channel = Gateway.channel("future");
    gateway.publish(channel, "{}");
    gateway.settle();
    try (Stream stream =
        new Stream(authorised("/v1/sse?channel=chat:future&cursor=chat:future=1.99"))) {
      assertEquals(1, stream.next("reset").json().path("after").asLong());
      Sse cursor = stream.next("cursor");
      assertEquals("chat:future=1.1", cursor.id());
      Await.until("the stream ends", () -> stream.lines.readLine() == null);
    }
  }

  @Test
  void aSessionCookieServesBrowsers() throws Exception {
    String cookie;
    try (Stream session =
        new Stream(authorised("/v1/session").POST(HttpRequest.BodyPublishers.noBody()))) {
      assertEquals(204, session.status);
      assertTrue(session.cookie.contains("HttpOnly"), session.cookie);
      assertTrue(session.cookie.contains("SameSite=Strict"), session.cookie);
      cookie = session.cookie.substring(0, session.cookie.indexOf(';'));
    }
    try (Stream stream =
        new Stream(request("/v1/sse?channel=chat:cookie").header("Cookie", cookie))) {
      assertEquals(200, stream.status);
      assertEquals("subscribed", stream.next().name());
    }
  }

  @Test
  void whoMayNotIsRefusedBeforeTheStream() throws Exception {
    try (Stream nobody = new Stream(request("/v1/sse?channel=chat:a"));
        Stream nothing = new Stream(authorised("/v1/sse"));
        Stream noKind = new Stream(authorised("/v1/sse?channel=nokind:a"))) {
      assertEquals(401, nobody.status);
      assertEquals(400, nothing.status);
      assertEquals(403, noKind.status);
    }
  }

  @Test
  void aReaderThatHasGoneIsForgotten() throws Exception {
    Stream stream = new Stream(authorised("/v1/sse?channel=chat:gone"));
    stream.next("subscribed");
    assertFalse(open().contains("event_stream\"} 0.0"));
    stream.close();
    Await.until("it is forgotten", () -> open().contains("event_stream\"} 0.0"));
  }

  private static String open() {
    return gateway
        .service()
        .metrics()
        .scrape()
        .lines()
        .filter(line -> line.startsWith("tailrace_connections_open{"))
        .reduce("", String::concat);
  }
}
