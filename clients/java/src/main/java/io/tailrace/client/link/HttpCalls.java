package io.tailrace.client.link;

import io.tailrace.client.RefusedException;
import io.tailrace.client.UnreachableException;
import io.tailrace.client.wire.HistoryAnswers;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.function.Supplier;

/** Calls over HTTP with the caller's token; every method blocks until there is an answer. */
public final class HttpCalls {
  private static final int PROBLEM_BYTES_MAX = 1 << 16;
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private final HttpClient http;
  private final URI base;
  private final Supplier<String> token;

  /** With the address that {@code /v1} follows, without a slash at its end. */
  public HttpCalls(HttpClient http, URI base, Supplier<String> token) {
    this.http = http;
    this.base = base;
    this.token = token;
  }

  /**
   * The body of a 200.
   *
   * @param waitMs how long the server may hold the answer back, beyond the usual limit
   * @throws RefusedException on any other answer
   * @throws UnreachableException without an answer
   */
  public byte[] get(String path, long waitMs) {
    HttpRequest request = request(path).timeout(LIMIT.plusMillis(waitMs)).GET().build();
    return answer(request).body();
  }

  /** Posts JSON; the answer is any 2xx. Throws as {@link #get} does. */
  public HttpResponse<byte[]> post(String path, String json, Map<String, String> headers) {
    HttpRequest.Builder builder =
        request(path)
            .timeout(LIMIT)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(json, StandardCharsets.UTF_8));
    headers.forEach(builder::header);
    return answer(builder.build());
  }

  /**
   * Opens an event stream; the body is read, and closed, by the caller. Throws as {@link #get}
   * does.
   */
  HttpResponse<InputStream> stream(String path) {
    HttpRequest request = request(path).setHeader("Accept", "text/event-stream").GET().build();
    try {
      HttpResponse<InputStream> response =
          http.send(request, HttpResponse.BodyHandlers.ofInputStream());
      if (response.statusCode() != 200) {
        try (InputStream body = response.body()) {
          throw HistoryAnswers.problem(response.statusCode(), body.readNBytes(PROBLEM_BYTES_MAX));
        }
      }
      return response;
    } catch (IOException e) {
      throw new UnreachableException("No answer from " + base + ": " + e, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UnreachableException("Interrupted while waiting for " + base, e);
    }
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(base + path))
        .header("Authorization", "Bearer " + token.get())
        .header("Accept", "application/json");
  }

  private HttpResponse<byte[]> answer(HttpRequest request) {
    try {
      HttpResponse<byte[]> response = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
      if (response.statusCode() / 100 != 2) {
        throw HistoryAnswers.problem(response.statusCode(), response.body());
      }
      return response;
    } catch (IOException e) {
      throw new UnreachableException("No answer from " + base + ": " + e, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UnreachableException("Interrupted while waiting for " + base, e);
    }
  }
}
