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
import java.util.function.Consumer;

/**
 * Calls over HTTP with the caller's token; every method blocks until there is an answer. A token
 * that is refused is replaced once per call.
 */
public final class HttpCalls {
  private static final int PROBLEM_BYTES_MAX = 1 << 16;
  private static final int UNAUTHORIZED = 401;
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private final HttpClient http;
  private final URI base;
  private final Tokens tokens;

  /** With the address that {@code /v1} follows, without a slash at its end. */
  public HttpCalls(HttpClient http, URI base, Tokens tokens) {
    this.http = http;
    this.base = base;
    this.tokens = tokens;
  }

  /**
   * The body of a 200.
   *
   * @param waitMs how long the server may hold the answer back, beyond the usual limit
   * @throws RefusedException on any other answer
   * @throws UnreachableException without an answer
   */
  public byte[] get(String path, long waitMs) {
    return answer(path, request -> request.timeout(LIMIT.plusMillis(waitMs)).GET()).body();
  }

  /** Posts JSON; the answer is any 2xx. Throws as {@link #get} does. */
  public HttpResponse<byte[]> post(String path, String json, Map<String, String> headers) {
    return answer(
        path,
        request -> {
          request
              .timeout(LIMIT)
              .header("Content-Type", "application/json")
              .POST(HttpRequest.BodyPublishers.ofString(json, StandardCharsets.UTF_8));
          headers.forEach(request::header);
        });
  }

  /**
   * Opens an event stream; the body is read, and closed, by the caller. Throws as {@link #get}
   * does.
   */
  HttpResponse<InputStream> stream(String path) {
    HttpResponse<InputStream> response =
        send(
            path,
            request -> request.setHeader("Accept", "text/event-stream").GET(),
            HttpResponse.BodyHandlers.ofInputStream());
    if (response.statusCode() == 200) {
      return response;
    }
    try (InputStream body = response.body()) {
      throw HistoryAnswers.problem(
          response.statusCode(),
          body.readNBytes(PROBLEM_BYTES_MAX),
          RetryAfter.millis(response.headers()));
    } catch (IOException e) {
      throw unanswered(e);
    }
  }

  private HttpResponse<byte[]> answer(String path, Consumer<HttpRequest.Builder> fill) {
    HttpResponse<byte[]> response = send(path, fill, HttpResponse.BodyHandlers.ofByteArray());
    if (response.statusCode() / 100 != 2) {
      throw HistoryAnswers.problem(
          response.statusCode(), response.body(), RetryAfter.millis(response.headers()));
    }
    return response;
  }

  private <T> HttpResponse<T> send(
      String path, Consumer<HttpRequest.Builder> fill, HttpResponse.BodyHandler<T> body) {
    String token = token();
    HttpResponse<T> response = send(path, token, fill, body);
    if (response.statusCode() == UNAUTHORIZED) {
      tokens.refuse(token);
      String other = token();
      if (!other.equals(token)) {
        abandon(response.body());
        return send(path, other, fill, body);
      }
    }
    return response;
  }

  /** A body that nobody reads would keep its connection. */
  private static void abandon(Object body) {
    if (body instanceof InputStream stream) {
      try (stream) {
        // closing is all
      } catch (IOException _) {
        // gone already
      }
    }
  }

  private String token() {
    try {
      return tokens.current();
    } catch (RuntimeException e) {
      throw new UnreachableException("No token: " + e, e);
    }
  }

  private <T> HttpResponse<T> send(
      String path,
      String token,
      Consumer<HttpRequest.Builder> fill,
      HttpResponse.BodyHandler<T> body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(base + path))
            .header("Authorization", "Bearer " + token)
            .setHeader("Accept", "application/json");
    fill.accept(request);
    try {
      return http.send(request.build(), body);
    } catch (IOException e) {
      throw unanswered(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UnreachableException("Interrupted while waiting for " + base, e);
    }
  }

  private UnreachableException unanswered(IOException e) {
    return new UnreachableException("No answer from " + base + ": " + e, e);
  }
}
