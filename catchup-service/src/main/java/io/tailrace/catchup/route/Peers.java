package io.tailrace.catchup.route;

import io.tailrace.catchup.send.Sending;
import io.tailrace.schemas.http.TraceContext;
import io.tailrace.schemas.tls.TrustedAuthorities;
import io.tailrace.schemas.token.ServiceKey;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Flow;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * The other processes of the group. They are asked below {@link #PATH} with the service key, which
 * proves the hop, and the client's own token, which they verify again: the key alone opens nothing.
 * They never ask on. Thread: any that may wait.
 */
public final class Peers implements AutoCloseable {
  /** Where processes ask each other for channels; the rest is as below {@code /v1/channels/}. */
  public static final String PATH = "/internal/v1/channels/";

  /** Where processes ask each other for the caller's channels in the partitions that they name. */
  public static final String MY_CHANNELS = "/internal/v1/me/channels";

  /** Carries the client's token. */
  public static final HttpString TOKEN = new HttpString("Tailrace-Token");

  /** In the answer of a process that does not hold the partition, or not any more. */
  public static final HttpString MOVED = new HttpString("Tailrace-Moved");

  private static final Duration CONNECT = Duration.ofSeconds(1);
  private static final HttpString TRACEPARENT = new HttpString("traceparent");
  private static final List<HttpString> ASKED =
      List.of(Headers.ACCEPT, Headers.ACCEPT_ENCODING, Headers.IF_NONE_MATCH);
  private static final List<HttpString> ANSWERED =
      List.of(
          Headers.CONTENT_TYPE,
          Headers.CONTENT_ENCODING,
          Headers.CONTENT_LENGTH,
          Headers.ETAG,
          Headers.CACHE_CONTROL,
          Headers.RETRY_AFTER,
          Headers.WWW_AUTHENTICATE);

  private final HttpClient http;
  private final ServiceKey key;
  private final Sending sending;
  private final ExecutorService threads;
  private final Semaphore requests;
  private final int requestsMax;

  /**
   * With connections of its own.
   *
   * @param requestsMax requests under way at once
   * @param authorities whom it trusts over TLS; empty for those of the JVM
   * @param threads virtual ones
   */
  public Peers(
      ServiceKey key,
      Sending sending,
      int requestsMax,
      Optional<Path> authorities,
      ExecutorService threads) {
    this.key = key;
    this.sending = sending;
    this.threads = threads;
    this.requestsMax = requestsMax;
    this.requests = new Semaphore(requestsMax);
    this.http =
        TrustedAuthorities.trust(HttpClient.newBuilder(), authorities)
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT)
            .executor(threads)
            .build();
  }

  /** What became of a request. */
  public enum Outcome {
    /** The client gets the other's answer. */
    ANSWERED,
    /** The other one does not hold the partition, or is gone: nothing has been sent. */
    MOVED,
    /** Too many are under way: nothing has been sent. */
    FULL
  }

  /**
   * What is asked for.
   *
   * @param path below {@link #PATH}, with the query
   * @param token the client's
   * @param longest how long an answer may take to begin
   */
  public record Question(String path, String token, Duration longest) {}

  /** Requests under way now. */
  public int asking() {
    return requestsMax - requests.availablePermits();
  }

  /**
   * Lets another process answer.
   *
   * @throws IllegalArgumentException where the path is none
   */
  public Outcome answer(HttpServerExchange exchange, URI process, Question question)
      throws InterruptedException {
    if (!requests.tryAcquire()) {
      return Outcome.FULL;
    }
    HttpResponse<Flow.Publisher<List<ByteBuffer>>> response = null;
    try {
      response =
          http.send(request(exchange, process, question), HttpResponse.BodyHandlers.ofPublisher());
    } catch (IOException e) {
      return Outcome.MOVED;
    } finally {
      if (response == null) {
        requests.release();
      }
    }
    if (response.headers().firstValue(MOVED.toString()).isPresent()) {
      response.body().subscribe(HttpResponse.BodySubscribers.discarding());
      requests.release();
      return Outcome.MOVED;
    }
    relay(exchange, response);
    return Outcome.ANSWERED;
  }

  private HttpRequest request(HttpServerExchange exchange, URI process, Question question) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(process.resolve(PATH + question.path()))
            .method(exchange.getRequestMethod().toString(), HttpRequest.BodyPublishers.noBody())
            .timeout(question.longest())
            .header("Authorization", key.header())
            .header(TOKEN.toString(), question.token())
            .header(TRACEPARENT.toString(), TraceContext.of(exchange));
    for (HttpString name : ASKED) {
      String value = exchange.getRequestHeaders().getFirst(name);
      if (value != null) {
        request.header(name.toString(), value);
      }
    }
    return request.build();
  }

  private void relay(
      HttpServerExchange exchange, HttpResponse<Flow.Publisher<List<ByteBuffer>>> response) {
    exchange.setStatusCode(response.statusCode());
    for (HttpString name : ANSWERED) {
      response
          .headers()
          .firstValue(name.toString())
          .ifPresent(value -> exchange.getResponseHeaders().put(name, value));
    }
    for (String value : response.headers().allValues(Headers.VARY_STRING)) {
      exchange.getResponseHeaders().add(Headers.VARY, value);
    }
    Relay relay = new Relay(exchange, sending.pace(requests::release), threads);
    exchange.dispatch(threads, () -> response.body().subscribe(relay));
  }

  /**
   * Asks another process something of a service; null where it is gone or refuses.
   *
   * @param longest how long the answer may take
   */
  public byte @Nullable [] post(URI process, String path, byte[] body, Duration longest)
      throws InterruptedException {
    return ask(
        HttpRequest.newBuilder(process.resolve(path))
            .timeout(longest)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofByteArray(body)));
  }

  /**
   * Asks another process something of a client; null where it is gone or refuses.
   *
   * @param path with the query
   * @param token the client's
   * @param longest how long the answer may take
   */
  public byte @Nullable [] get(URI process, String path, String token, Duration longest)
      throws InterruptedException {
    return ask(
        HttpRequest.newBuilder(process.resolve(path))
            .timeout(longest)
            .header(TOKEN.toString(), token)
            .GET());
  }

  private byte @Nullable [] ask(HttpRequest.Builder request) throws InterruptedException {
    if (!requests.tryAcquire()) {
      return null;
    }
    try {
      HttpResponse<byte[]> response =
          http.send(
              request.header("Authorization", key.header()).build(),
              HttpResponse.BodyHandlers.ofByteArray());
      return response.statusCode() == 200 ? response.body() : null;
    } catch (IOException e) {
      return null;
    } finally {
      requests.release();
    }
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
