package io.tailrace.catchup;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.tailrace.embed.KafkaBroker;
import io.tailrace.schemas.http.ServiceServer;
import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.problem.ProblemCode;
import io.tailrace.schemas.region.OtherRegions;
import io.tailrace.schemas.testkit.Await;
import io.tailrace.schemas.token.Identity;
import io.tailrace.schemas.token.TokenSigner;
import io.tailrace.sequencer.store.HistoryOptions;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.LongStream;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * The service on a real broker, and what its tests ask it with; every test has channels of its own.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class RunningCatchup {
  static final int PARTITIONS = 3;

  /** Partition of the tests in which the whole partition gets another epoch. */
  static final int PARTITION_OF_EPOCHS = 2;

  static final String SECRET = "0123456789abcdef0123456789abcdef";
  static final String SERVICE_KEY = "service-key";
  static final JsonMapper JSON = new JsonMapper();

  final HttpClient client = HttpClient.newHttpClient();
  final KafkaBroker broker = KafkaBroker.temporary();
  CatchupService service;
  ServiceServer server;
  EventsLog log;
  int channels;

  /** What the installation promises; the shipped contracts where a test names none. */
  @Nullable Path contracts(Path folder) throws IOException {
    return null;
  }

  @BeforeAll
  void start(@TempDir Path folder) throws IOException {
    Path keys = writeKeys(folder);
    service =
        CatchupService.start(
            new CatchupConfig(
                broker.bootstrap(),
                PARTITIONS,
                1,
                patient(broker.bootstrap(), PARTITIONS, folder.resolve("state")),
                keys,
                contracts(folder),
                SERVICE_KEY,
                List.of("https://app.example"),
                new OtherRegions(List.of("far")),
                new CatchupConfig.Limits(100, 2, 100),
                CatchupConfig.Calls.PLAIN));
    server = ServiceServer.start("127.0.0.1", 0, List.of(service), service.handler());
    log = new EventsLog(broker.bootstrap());
    Await.until("a ready service", service::ready);
  }

  /** A store that keeps its place in the group although its machine stands still for a while. */
  static HistoryOptions patient(String bootstrap, int partitions, Path state) {
    HistoryOptions local = HistoryOptions.local(bootstrap, partitions, state);
    return new HistoryOptions(
        local.bootstrap(),
        local.partitions(),
        local.placement(),
        local.applicationId(),
        local.stateDir(),
        local.instance(),
        local.threads(),
        Duration.ofMinutes(1),
        local.cacheMib(),
        local.sharing());
  }

  /**
   * The answer to a question. Where the store is not there yet, or not so far, one is told to come
   * again, and does.
   */
  static <T> HttpResponse<T> settled(Callable<HttpResponse<T>> ask) {
    List<HttpResponse<T>> answers = new ArrayList<>();
    Await.until(
        "an answer of the store",
        () -> {
          answers.addFirst(ask.call());
          int status = answers.getFirst().statusCode();
          return status != ProblemCode.NOT_READY.status()
              && status != ProblemCode.WAIT_TIMEOUT.status();
        });
    return answers.getFirst();
  }

  /** The keys of the tests' tenants. */
  static Path writeKeys(Path folder) throws IOException {
    Path keys = folder.resolve("keys.json");
    Files.writeString(
        keys,
        "{\"tenants\":{\"acme\":{\"hmac\":\""
            + SECRET
            + "\"},\"other\":{\"hmac\":\""
            + SECRET
            + "\"}}}");
    return keys;
  }

  @AfterAll
  void stop() {
    log.close();
    server.close();
    service.close();
    broker.close();
  }

  static int partitionOf(Channel channel) {
    return Utils.toPositive(Utils.murmur2(channel.full().getBytes(UTF_8))) % PARTITIONS;
  }

  Channel channel() {
    return channel("chat");
  }

  Channel channel(String kind) {
    while (true) {
      Channel channel = new Channel("acme", kind, "c" + ++channels);
      if (partitionOf(channel) != PARTITION_OF_EPOCHS) {
        return channel;
      }
    }
  }

  static Identity ada(String tenant) {
    return new Identity(tenant, "ada", null, Set.of(), null, Instant.now().plusSeconds(600));
  }

  static String token(String tenant) {
    return new TokenSigner(SECRET.getBytes(UTF_8)).sign(ada(tenant));
  }

  /** Somebody of the tenant acme. */
  static Identity who(String user) {
    return new Identity("acme", user, null, Set.of(), null, Instant.now().plusSeconds(600));
  }

  static String tokenOf(String user) {
    return new TokenSigner(SECRET.getBytes(UTF_8)).sign(who(user));
  }

  /** A token that may use only these channels. */
  static String token(String tenant, List<String> channels) {
    return new TokenSigner(SECRET.getBytes(UTF_8))
        .sign(
            new Identity(tenant, "ada", null, Set.of(), channels, Instant.now().plusSeconds(600)));
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path));
  }

  HttpResponse<String> send(HttpRequest.Builder request) {
    try {
      return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  HttpResponse<String> getAs(String user, Channel channel, String rest, String... headers) {
    HttpRequest.Builder request =
        request("/v1/channels/" + channel.name() + rest)
            .header("Authorization", "Bearer " + tokenOf(user));
    return send(headers.length == 0 ? request : request.headers(headers));
  }

  HttpResponse<String> get(Channel channel, String rest) {
    return send(
        request("/v1/channels/" + channel.name() + rest)
            .header("Authorization", "Bearer " + token(channel.tenant())));
  }

  static JsonNode json(HttpResponse<String> response) {
    try {
      return JSON.readTree(response.body());
    } catch (IOException e) {
      throw new AssertionError(response.body(), e);
    }
  }

  JsonNode ok(Channel channel, String rest) {
    HttpResponse<String> response = settled(() -> get(channel, rest));
    assertEquals(200, response.statusCode(), response.body());
    return json(response);
  }

  static void assertRefused(ProblemCode code, HttpResponse<String> response) {
    assertEquals(code.status(), response.statusCode(), response.body());
    assertEquals(code.code(), json(response).path("code").asText());
    assertEquals(
        "application/problem+json", response.headers().firstValue("Content-Type").orElse(""));
    assertEquals(32, json(response).path("traceId").asText().length());
  }

  static List<Long> seqs(JsonNode events) {
    List<Long> seqs = new ArrayList<>();
    events.forEach(event -> seqs.add(event.path("seq").asLong()));
    return seqs;
  }

  static List<Long> range(long from, long to) {
    return LongStream.rangeClosed(from, to).boxed().toList();
  }
}
