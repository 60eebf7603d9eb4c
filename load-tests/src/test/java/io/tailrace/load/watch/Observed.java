package io.tailrace.load.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tailrace.load.driver.RawSocket;
import io.tailrace.load.input.Patient;
import io.tailrace.standalone.launch.Installation;
import io.tailrace.standalone.launch.Standalone;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The whole system in this JVM, and one user of it. */
final class Observed implements AutoCloseable {
  static final ObjectMapper JSON = new ObjectMapper();
  private static final int WAIT_MS = 180_000;

  private final Standalone standalone;
  private final String token;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  Observed(Path folder, Map<String, String> settings) {
    Map<String, String> all = new HashMap<>(Patient.SETTINGS);
    all.putAll(settings);
    standalone =
        Standalone.start(new Standalone.Options(folder, "127.0.0.1", 0, false, all), _ -> {});
    token = Installation.open(folder).token("demo", "ada", Set.of(), null, Duration.ofHours(1));
  }

  URI base() {
    return URI.create("http://127.0.0.1:" + standalone.port());
  }

  String kafka() {
    return standalone.addresses().getOrDefault("kafka.bootstrap", "");
  }

  /** The answer to the write of one message. */
  JsonNode publish(String channel, String text, @Nullable String traceparent)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        request("/v1/channels/" + channel + "/events")
            .header("Content-Type", "application/json")
            .POST(
                BodyPublishers.ofString(
                    "{\"type\":\"message.posted\",\"data\":{\"text\":\"" + text + "\"}}"));
    if (traceparent != null) {
      request.header("traceparent", traceparent);
    }
    var response = client.send(request.build(), BodyHandlers.ofByteArray());
    assertEquals(201, response.statusCode());
    return JSON.readTree(response.body());
  }

  String get(String path) throws IOException, InterruptedException {
    return client.send(request(path).build(), BodyHandlers.ofString()).body();
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(base().resolve(path)).header("Authorization", "Bearer " + token);
  }

  /** A socket that follows the channel from its beginning. */
  RawSocket follower(String channel) throws IOException {
    RawSocket socket = RawSocket.open(base());
    socket.receiveTimeout(WAIT_MS);
    socket.sendText("{\"t\":\"hello\",\"ref\":1,\"token\":\"" + token + "\",\"version\":1}");
    await(socket, "welcome");
    socket.sendText("{\"t\":\"subscribe\",\"ref\":2,\"channel\":\"" + channel + "\",\"after\":0}");
    await(socket, "subscribed");
    return socket;
  }

  /** The next frame of this name; others are left out. */
  static JsonNode await(RawSocket socket, String name) throws IOException {
    while (true) {
      RawSocket.Frame frame = socket.receive();
      if (frame.opcode() == RawSocket.TEXT) {
        JsonNode json = JSON.readTree(frame.payload());
        if (json.path("t").asText().equals(name)) {
          return json;
        }
      }
    }
  }

  @Override
  public void close() {
    client.shutdownNow();
    standalone.close();
  }
}
