package io.tailrace.catchup;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import io.tailrace.schemas.name.Channel;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** Asks catch-up services by their ports. */
final class Asker {
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  static HttpRequest.Builder request(int port, String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
        .timeout(Duration.ofSeconds(20));
  }

  HttpResponse<byte[]> send(HttpRequest request) throws IOException {
    try {
      return client.send(request, HttpResponse.BodyHandlers.ofByteArray());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** As somebody of the tenant acme. */
  HttpResponse<byte[]> getAs(String user, int port, Channel channel, String rest)
      throws IOException {
    return send(
        request(port, "/v1/channels/" + channel.name() + rest)
            .header("Authorization", "Bearer " + RunningCatchup.tokenOf(user))
            .build());
  }

  /** As the user ada of the channel's tenant. */
  HttpResponse<byte[]> get(int port, Channel channel, String rest, String... headers)
      throws IOException {
    HttpRequest.Builder request =
        request(port, "/v1/channels/" + channel.name() + rest)
            .header("Authorization", "Bearer " + RunningCatchup.token(channel.tenant()));
    return send((headers.length == 0 ? request : request.headers(headers)).build());
  }

  JsonNode ok(int port, Channel channel, String rest) throws IOException {
    HttpResponse<byte[]> response = RunningCatchup.settled(() -> get(port, channel, rest));
    assertEquals(
        200,
        response.statusCode(),
        new String(response.body(), java.nio.charset.StandardCharsets.UTF_8));
    return RunningCatchup.JSON.readTree(response.body());
  }

  /** As another process of the group would. */
  HttpResponse<byte[]> asPeer(int port, Channel channel, String key, String token)
      throws IOException {
    return send(
        request(port, "/internal/v1/channels/" + channel.name())
            .header("Authorization", "Bearer " + key)
            .header("Tailrace-Token", token)
            .build());
  }

  /** Whether the process itself holds the channel's partition, readable. */
  boolean holds(int port, Channel channel) {
    try {
      return asPeer(
                  port, channel, RunningCatchup.SERVICE_KEY, RunningCatchup.token(channel.tenant()))
              .statusCode()
          == 200;
    } catch (IOException e) {
      return false;
    }
  }
}
