package io.tailrace.standalone.console;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tailrace.gateway.shard.Sight;
import io.tailrace.gateway.shard.SightWire;
import io.tailrace.schemas.tls.TrustedAuthorities;
import io.tailrace.schemas.token.ServiceKey;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/** Those of other processes, asked at their ports. */
public final class RemoteParts implements Parts, AutoCloseable {
  private static final Duration ANSWER_WITHIN = Duration.ofMillis(1500);

  private final List<URI> gateways;
  private final List<URI> all;
  private final ServiceKey key;
  private final HttpClient http;

  /**
   * Asks these.
   *
   * @param gateways those whose channels and connections are shown
   * @param others all that have metrics beside them
   * @param authorities whom it trusts over TLS; empty for those of the JVM
   */
  public RemoteParts(
      List<URI> gateways, List<URI> others, ServiceKey key, Optional<Path> authorities) {
    this.gateways = List.copyOf(gateways);
    this.all = new ArrayList<>(gateways);
    this.all.addAll(others);
    this.key = key;
    this.http =
        TrustedAuthorities.trust(HttpClient.newBuilder(), authorities)
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(ANSWER_WITHIN)
            .build();
  }

  /** Reads an answer. */
  private interface Reading<T> {
    List<T> of(byte[] json) throws IOException;
  }

  @Override
  public String scrape() throws InterruptedException {
    List<CompletableFuture<String>> asked =
        all.stream()
            .map(address ->
                ask(HttpRequest.newBuilder(address.resolve("/metrics")))
                    .thenApply(it -> new String(it, UTF_8)))
            .toList();
    StringBuilder text = new StringBuilder();
    for (CompletableFuture<String> one : asked) {
      try {
        text.append(one.get());
      } catch (ExecutionException _) {
        // What does not answer shows nothing.
      }
    }
    return text.toString();
  }

  @Override
  public CompletableFuture<List<Sight>> look(String tenant, int most) {
    return ofGateways(SightWire.LOOK + "?tenant=" + encoded(tenant), SightWire::sights);
  }

  @Override
  public CompletableFuture<List<Long>> arrivedMs(String channel, long seq) {
    return ofGateways(
        SightWire.ARRIVED + "?channel=" + encoded(channel) + "&seq=" + seq, SightWire::times);
  }

  /** All answers as one list; of gateways that fail nothing, unless all do. */
  private <T> CompletableFuture<List<T>> ofGateways(String path, Reading<T> reading) {
    List<CompletableFuture<List<T>>> asked =
        gateways.stream()
            .map(gateway ->
                ask(asService(gateway.resolve(path))).thenApply(json -> read(reading, json)))
            .toList();
    return CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new))
        .handle((_, _) -> {
          List<T> told = new ArrayList<>();
          asked.stream()
              .filter(one -> !one.isCompletedExceptionally())
              .forEach(one -> told.addAll(one.join()));
          if (asked.stream().allMatch(CompletableFuture::isCompletedExceptionally)) {
            throw new CompletionException(new IOException("no gateway answers"));
          }
          return told;
        });
  }

  private static <T> List<T> read(Reading<T> reading, byte[] json) {
    try {
      return reading.of(json);
    } catch (IOException e) {
      throw new CompletionException(e);
    }
  }

  /** The key is shown to gateways alone. */
  private HttpRequest.Builder asService(URI address) {
    return HttpRequest.newBuilder(address).header("Authorization", key.header());
  }

  private CompletableFuture<byte[]> ask(HttpRequest.Builder question) {
    HttpRequest request = question.timeout(ANSWER_WITHIN).build();
    CompletableFuture<HttpResponse<byte[]>> sent =
        http.sendAsync(request, HttpResponse.BodyHandlers.ofByteArray());
    // The request's own time-out ends with the answer's head.
    return sent.copy()
        .orTimeout(ANSWER_WITHIN.toMillis(), TimeUnit.MILLISECONDS)
        .whenComplete((_, failure) -> {
          if (failure != null) {
            sent.cancel(true);
          }
        })
        .thenApply(answer -> {
          if (answer.statusCode() != 200) {
            throw new CompletionException(
                new IOException(request.uri() + " answered " + answer.statusCode()));
          }
          return answer.body();
        });
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, UTF_8);
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
