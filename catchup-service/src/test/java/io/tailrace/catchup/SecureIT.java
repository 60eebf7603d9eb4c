package io.tailrace.catchup;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.embed.KafkaBroker;
import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.testkit.Await;
import io.tailrace.schemas.testkit.Certificates;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Two services whose ports speak TLS: history over HTTP/2, also what the other one holds. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // JUnit fills the fields before any test
class SecureIT {
  private static final int PARTITIONS = RunningCatchup.PARTITIONS;
  private static final int EVENTS = 3_000;
  private static final int AT_ONCE = 40;

  private final KafkaBroker broker = KafkaBroker.temporary();
  private final List<Channel> channels = new ArrayList<>();
  private HttpClient client;
  private CatchupInstance one;
  private CatchupInstance two;
  private EventsLog log;

  @BeforeAll
  void start(@TempDir Path folder) throws IOException {
    Path keys = RunningCatchup.writeKeys(folder);
    Certificates.Pair pair = Certificates.make(folder, "catchup");
    client = pair.client().build();
    one = CatchupInstance.secure(pair, broker.bootstrap(), PARTITIONS, keys, folder.resolve("one"));
    two = CatchupInstance.secure(pair, broker.bootstrap(), PARTITIONS, keys, folder.resolve("two"));
    log = new EventsLog(broker.bootstrap());
    for (int partition = 0; partition < PARTITIONS; partition++) {
      Channel channel = new Channel("acme", "chat", "s" + partition);
      while (RunningCatchup.partitionOf(channel) != partition) {
        channel = new Channel("acme", "chat", channel.id() + "x");
      }
      channels.add(channel);
      log.append(channel, EVENTS);
    }
    Await.until(
        "both to hold partitions",
        () -> one.ready() && two.ready() && held(one) > 0 && held(one) + held(two) == PARTITIONS);
  }

  @AfterAll
  void stop() {
    log.close();
    one.close();
    two.close();
    client.close();
    broker.close();
  }

  private static HttpRequest.Builder request(CatchupInstance at, String path) {
    return HttpRequest.newBuilder(URI.create("https://localhost:" + at.port() + path))
        .timeout(Duration.ofMinutes(1));
  }

  private static HttpRequest read(
      CatchupInstance at, Channel channel, String rest, String... more) {
    HttpRequest.Builder request =
        request(at, "/v1/channels/" + channel.name() + rest)
            .header("Authorization", "Bearer " + RunningCatchup.token("acme"));
    return (more.length == 0 ? request : request.headers(more)).build();
  }

  private HttpResponse<byte[]> send(HttpRequest request) {
    return RunningCatchup.settled(
        () -> client.send(request, HttpResponse.BodyHandlers.ofByteArray()));
  }

  private long held(CatchupInstance at) {
    return channels.stream().filter(channel -> holds(at, channel)).count();
  }

  private boolean holds(CatchupInstance at, Channel channel) {
    HttpRequest request =
        request(at, "/internal/v1/channels/" + channel.name())
            .header("Authorization", "Bearer " + RunningCatchup.SERVICE_KEY)
            .header("Tailrace-Token", RunningCatchup.token("acme"))
            .build();
    try {
      return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  @Test
  void historyIsReadOverOneHttp2ConnectionWhoeverHoldsIt() throws Exception {
    for (Channel channel : channels) {
      HttpResponse<byte[]> first =
          send(read(one, channel, "/pages/1/3", "Accept-Encoding", "gzip"));
      HttpResponse<byte[]> second =
          send(read(two, channel, "/pages/1/3", "Accept-Encoding", "gzip"));

      assertEquals(200, first.statusCode(), new String(first.body(), StandardCharsets.UTF_8));
      assertEquals(HttpClient.Version.HTTP_2, first.version());
      assertArrayEquals(first.body(), second.body());
      String tag = first.headers().firstValue("ETag").orElseThrow();
      assertEquals(
          304,
          send(read(two, channel, "/pages/1/3", "Accept-Encoding", "gzip", "If-None-Match", tag))
              .statusCode());
    }
    List<CompletableFuture<HttpResponse<byte[]>>> asked = new ArrayList<>();
    for (int i = 0; i < AT_ONCE; i++) {
      asked.add(client.sendAsync(part(i), HttpResponse.BodyHandlers.ofByteArray()));
    }
    for (int i = 0; i < AT_ONCE; i++) {
      HttpResponse<byte[]> answer = asked.get(i).get();
      if (answer.statusCode() == 503) {
        answer = send(part(i));
      }
      var json = RunningCatchup.JSON.readTree(answer.body());
      assertEquals(1_000, json.path("events").size(), json.path("detail").asText());
      assertEquals(i + 1, json.path("events").path(0).path("seq").asInt());
    }
  }

  private HttpRequest part(int i) {
    return read(one, channels.get(i % PARTITIONS), "/events?limit=1000&after=" + i);
  }

  @Test
  void aStreamOfAllEventsAndALongPollComeOverTlsAndThroughTheOther() throws Exception {
    for (Channel channel : channels) {
      HttpResponse<byte[]> stream =
          send(
              read(
                  one,
                  channel,
                  "/events?minSeq=" + EVENTS,
                  "Accept",
                  "application/x-ndjson",
                  "Accept-Encoding",
                  "gzip"));
      try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(stream.body()))) {
        List<String> lines = new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        assertTrue(lines.getLast().contains("\"complete\":true"), lines.getLast());
        assertTrue(lines.size() >= EVENTS, "all events, and what stands around them");
      }
    }
    Channel channel = channels.getFirst();
    long head = log.head(channel);
    List<CompletableFuture<byte[]>> polls = new ArrayList<>();
    for (CatchupInstance at : List.of(one, two)) {
      HttpRequest poll = read(at, channel, "/events?waitMs=15000&after=" + head);
      polls.add(CompletableFuture.supplyAsync(() -> send(poll).body()));
    }
    log.append(channel, 1);
    for (CompletableFuture<byte[]> poll : polls) {
      assertEquals(
          head + 1,
          RunningCatchup.JSON.readTree(poll.get()).path("events").path(0).path("seq").asLong());
    }
  }
}
