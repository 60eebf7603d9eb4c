package io.tailrace.catchup;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.tailrace.embed.KafkaBroker;
import io.tailrace.schemas.join.JoinWire;
import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.testkit.Await;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Two services share the partitions, and each answers for all channels. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SharedIT {
  private static final int PARTITIONS = RunningCatchup.PARTITIONS;
  private static final int EVENTS = 300;

  private final KafkaBroker broker = KafkaBroker.temporary();
  private final Asker asker = new Asker();
  private final List<Channel> channels = new ArrayList<>();
  private CatchupInstance one;
  private CatchupInstance two;
  private EventsLog log;

  @BeforeAll
  void start(@TempDir Path folder) throws IOException {
    Path keys = RunningCatchup.writeKeys(folder);
    one = CatchupInstance.patient(broker.bootstrap(), PARTITIONS, keys, folder.resolve("one"));
    two = CatchupInstance.patient(broker.bootstrap(), PARTITIONS, keys, folder.resolve("two"));
    log = new EventsLog(broker.bootstrap());
    for (int partition = 0; partition < PARTITIONS; partition++) {
      Channel channel = new Channel("acme", "chat", "p" + partition);
      while (RunningCatchup.partitionOf(channel) != partition) {
        channel = new Channel("acme", "chat", channel.id() + "x");
      }
      channels.add(channel);
      log.append(channel, EVENTS);
    }
    Await.until("both to hold partitions", () -> one.ready() && two.ready() && isShared());
    for (Channel channel : channels) {
      asker.ok(one.port(), channel, "/events?limit=1&minSeq=" + EVENTS);
    }
  }

  private boolean isShared() {
    long here = channels.stream().filter(c -> asker.holds(one.port(), c)).count();
    long there = channels.stream().filter(c -> asker.holds(two.port(), c)).count();
    return here > 0 && there > 0 && here + there == PARTITIONS;
  }

  @AfterAll
  void stop() {
    log.close();
    one.close();
    two.close();
    broker.close();
  }

  /** A channel that the first service does not hold. */
  private Channel elsewhere() {
    return channels.stream().filter(c -> asker.holds(two.port(), c)).findFirst().orElseThrow();
  }

  @Test
  void eachAnswersForAllChannels() throws IOException {
    for (Channel channel : channels) {
      for (String rest :
          List.of("/events?limit=1000&minSeq=" + EVENTS, "/pages/1/0", "/pages/1/1", "/snapshot")) {
        byte[] first = asker.get(one.port(), channel, rest).body();

        assertArrayEquals(first, asker.get(two.port(), channel, rest).body(), rest);
      }
      long head = log.head(channel);
      assertEquals(head, asker.ok(one.port(), channel, "").path("head").asLong());
      assertEquals(head, asker.ok(two.port(), channel, "").path("head").asLong());
    }
  }

  @Test
  void headersAndCodingsComeThrough() throws IOException {
    Channel channel = elsewhere();
    HttpResponse<byte[]> owner =
        asker.get(two.port(), channel, "/pages/1/0", "Accept-Encoding", "gzip");

    HttpResponse<byte[]> other =
        asker.get(one.port(), channel, "/pages/1/0", "Accept-Encoding", "gzip");

    for (String name :
        List.of("ETag", "Cache-Control", "Content-Type", "Content-Encoding", "Content-Length")) {
      assertEquals(owner.headers().firstValue(name), other.headers().firstValue(name), name);
    }
    assertArrayEquals(owner.body(), other.body());
    String tag = other.headers().firstValue("ETag").orElseThrow();
    assertEquals(
        304,
        asker
            .get(one.port(), channel, "/pages/1/0", "Accept-Encoding", "gzip", "If-None-Match", tag)
            .statusCode());
    HttpResponse<byte[]> head =
        asker.send(
            Asker.request(one.port(), "/v1/channels/" + channel.name() + "/pages/1/0")
                .header("Authorization", "Bearer " + RunningCatchup.token("acme"))
                .HEAD()
                .build());
    assertEquals(200, head.statusCode());
    assertEquals(0, head.body().length);
  }

  @Test
  void streamsAndLongPollsComeThrough() throws Exception {
    Channel channel = elsewhere();
    long head = log.head(channel);
    HttpResponse<byte[]> stream =
        asker.get(
            one.port(),
            channel,
            "/events?minSeq=" + head,
            "Accept",
            "application/x-ndjson",
            "Accept-Encoding",
            "gzip");
    try (GZIPInputStream in =
        new GZIPInputStream(new java.io.ByteArrayInputStream(stream.body()))) {
      String[] lines = new String(in.readAllBytes(), UTF_8).split("\n", -1);
      assertEquals(head + 3, lines.length);
      assertTrue(lines[lines.length - 2].contains("\"complete\":true"));
    }
    CompletableFuture<JsonNode> poll =
        CompletableFuture.supplyAsync(() -> {
          try {
            return asker.ok(one.port(), channel, "/events?waitMs=15000&after=" + head);
          } catch (IOException e) {
            throw new AssertionError(e);
          }
        });

    log.append(channel, 1);

    assertEquals(head + 1, poll.get().path("head").asLong());
  }

  @Test
  void refusalsComeThroughAndAHopNeedsKeyAndToken() throws IOException, ExecutionException {
    Channel channel = elsewhere();
    String token = RunningCatchup.token("acme");

    assertEquals(400, asker.get(one.port(), channel, "/events?limit=0").statusCode());
    assertEquals(404, asker.get(one.port(), channel, "/nothing").statusCode());
    assertEquals(404, asker.get(one.port(), channel, "/pages/1/%2e%2e%2fx").statusCode());
    HttpResponse<byte[]> late = asker.get(one.port(), channel, "/events?epoch=2");
    assertEquals(503, late.statusCode());
    assertTrue(late.headers().firstValue("Retry-After").isPresent());
    assertEquals(401, asker.asPeer(two.port(), channel, "wrong", token).statusCode());
    assertEquals(
        401, asker.asPeer(two.port(), channel, RunningCatchup.SERVICE_KEY, "x").statusCode());
    HttpResponse<byte[]> notHere =
        asker.asPeer(one.port(), channel, RunningCatchup.SERVICE_KEY, token);
    assertEquals(503, notHere.statusCode());
    assertTrue(notHere.headers().firstValue("Tailrace-Moved").isPresent());
  }

  @Test
  void whoMayReadIsDecidedWhereTheHistoryIs() throws IOException {
    Channel there = elsewhere();
    Channel channel = new Channel("acme", "chat", "members");
    while (RunningCatchup.partitionOf(channel) != RunningCatchup.partitionOf(there)) {
      channel = new Channel("acme", "chat", channel.id() + "x");
    }
    log.append(channel, 300);
    log.change(channel, "ada", "owner");
    log.change(channel, "bob", "member");
    asker.ok(one.port(), channel, "/events?minSeq=302");
    assertEquals(200, asker.getAs("bob", one.port(), channel, "/events?after=301").statusCode());
    for (String rest : List.of("", "/events", "/pages/1/0", "/snapshot")) {
      assertEquals(403, asker.getAs("eve", one.port(), channel, rest).statusCode(), rest);
    }
    assertEquals(410, asker.getAs("bob", one.port(), channel, "/pages/1/0").statusCode());
    assertEquals(302, bobsFirst(one.port(), channel));

    log.change(channel, "bob", null);
    asker.ok(one.port(), channel, "/events?minSeq=303");

    for (String rest : List.of("", "/events", "/pages/1/0", "/snapshot")) {
      HttpResponse<byte[]> refused = asker.getAs("bob", one.port(), channel, rest);
      assertEquals(403, refused.statusCode(), rest);
      assertEquals(
          refused.headers().map().keySet(),
          asker.getAs("bob", two.port(), channel, rest).headers().map().keySet());
    }
  }

  private long bobsFirst(int port, Channel channel) throws IOException {
    return RunningCatchup.JSON
        .readTree(asker.getAs("bob", port, channel, "").body())
        .path("first")
        .asLong();
  }

  @Test
  void aJoinIsAnsweredByAnyForAll() throws IOException {
    List<JoinWire.Ask> asks = new ArrayList<>();
    for (Channel channel : channels) {
      int partition = RunningCatchup.partitionOf(channel);
      asks.add(
          new JoinWire.Ask(
              700 + partition,
              RunningCatchup.ada("acme"),
              channel.name(),
              partition,
              0,
              EVENTS,
              1,
              256L));
    }
    asks.add(
        new JoinWire.Ask(
            800,
            RunningCatchup.ada("acme"),
            channels.getFirst().name(),
            RunningCatchup.partitionOf(channels.getFirst()),
            Long.MAX_VALUE,
            0,
            1,
            null));

    for (CatchupInstance instance : List.of(one, two)) {
      List<JoinWire.Answer> answers = new ArrayList<>();

      // What the other one does not say within half a second is not ready.
      Await.until(
          "all that can be told",
          () -> {
            answers.clear();
            answers.addAll(join(instance, asks));
            return answers.stream().filter(JoinWire.Answer.View.class::isInstance).count()
                == channels.size();
          });

      assertEquals(asks.size(), answers.size());
      for (int i = 0; i < channels.size(); i++) {
        JoinWire.Answer.View view = assertInstanceOf(JoinWire.Answer.View.class, answers.get(i));
        assertEquals(asks.get(i).number(), view.number());
        assertTrue(view.head() >= EVENTS);
      }
      assertInstanceOf(JoinWire.Answer.Refused.class, answers.getLast());
    }
  }

  private List<JoinWire.Answer> join(CatchupInstance instance, List<JoinWire.Ask> asks)
      throws IOException {
    HttpResponse<byte[]> response =
        asker.send(
            Asker.request(instance.port(), JoinWire.PATH)
                .header("Authorization", "Bearer " + RunningCatchup.SERVICE_KEY)
                .POST(HttpRequest.BodyPublishers.ofByteArray(JoinWire.encodeAsks(asks)))
                .build());
    return JoinWire.decodeAnswers(response.body());
  }
}
