package io.tailrace.write.it;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.tailrace.schemas.token.Identity;
import io.tailrace.schemas.token.TokenSigner;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Calls the service over HTTP as one user. */
final class Caller {
  static final byte[] SECRET =
      "a secret for tests that has 32 bytes".getBytes(StandardCharsets.UTF_8);
  private static final JsonMapper JSON = new JsonMapper();
  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private final String base;
  private final String token;

  Caller(int port, String tenant, String user, Set<String> roles) {
    this.base = "http://127.0.0.1:" + port;
    this.token =
        new TokenSigner(SECRET)
            .sign(new Identity(tenant, user, null, roles, null, Instant.now().plusSeconds(3_600)));
  }

  /** An answer. */
  record Reply(int status, JsonNode json, HttpResponse<String> raw) {
    String code() {
      return json.path("code").asText();
    }

    boolean replayed() {
      return raw.headers().firstValue("Idempotency-Replayed").orElse("").equals("true");
    }
  }

  /** Posts an event; headers come in pairs. */
  Reply event(String channel, String body, String... headers) {
    return post("/v1/channels/" + channel + "/events", body, headers);
  }

  /** Posts a body anywhere. */
  Reply post(String path, String body, String... headers) {
    return post(path, body.getBytes(StandardCharsets.UTF_8), headers);
  }

  /** Sets a member's role. */
  Reply set(String channel, String user, String role) {
    return send("PUT", member(channel, user), "{\"role\":\"" + role + "\"}");
  }

  /** Removes a member. */
  Reply remove(String channel, String user) {
    return send("DELETE", member(channel, user), "");
  }

  /** The address of a member. */
  static String member(String channel, String user) {
    return "/v1/channels/"
        + channel
        + "/members/"
        + URLEncoder.encode(user, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** Sends text anywhere, with any method. */
  Reply send(String method, String path, String body, String... headers) {
    return send(method, path, body.getBytes(StandardCharsets.UTF_8), headers);
  }

  /** Posts bytes anywhere. */
  Reply post(String path, byte[] body, String... headers) {
    return send("POST", path, body, headers);
  }

  /** Asks without a body. */
  Reply ask(String method, String path, String... headers) {
    return send(method, path, new byte[0], headers);
  }

  private Reply send(String method, String path, byte[] body, String... headers) {
    List<String> all =
        new ArrayList<>(
            List.of("Content-Type", "application/json", "Authorization", "Bearer " + token));
    all.addAll(List.of(headers));
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(base + path))
            .method(method, HttpRequest.BodyPublishers.ofByteArray(body));
    for (int i = 0; i < all.size(); i += 2) {
      request.setHeader(all.get(i), all.get(i + 1));
    }
    try {
      HttpResponse<String> response =
          CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
      return new Reply(response.statusCode(), JSON.readTree(response.body()), response);
    } catch (IOException e) {
      throw new AssertionError("the service did not answer", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  static String message(String text) {
    return "{\"type\":\"message.posted\",\"data\":{\"text\":\"" + text + "\"}}";
  }
}
