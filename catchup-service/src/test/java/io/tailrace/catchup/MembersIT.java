package io.tailrace.catchup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.problem.ProblemCode;
import io.tailrace.schemas.testkit.Await;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Who may read a channel that has members, on every path of history. */
class MembersIT extends RunningCatchup {
  private static final String LINES = "application/x-ndjson";
  private static final List<String> PATHS =
      List.of(
          "",
          "/events",
          "/events?after=299",
          "/events?after=300&waitMs=100",
          "/events?after=9999",
          "/pages/1/0",
          "/pages/1/1",
          "/pages/1/7",
          "/snapshot");

  private boolean isWaiting() {
    return service.metrics().get(CatchupMetrics.WAITS).gauge().value() > 0;
  }

  /** Until the store has all that was written of the channel. */
  private void settle(Channel channel) {
    long head = log.head(channel);
    Await.until(
        "the store to have " + head,
        () -> {
          HttpResponse<String> answer = getAs("owner", channel, "");
          return answer.statusCode() == 200 && json(answer).path("head").asLong() == head;
        });
  }

  private void assertAll(ProblemCode code, String user, Channel channel) {
    for (String path : PATHS) {
      assertRefused(code, getAs(user, channel, path));
    }
    assertRefused(code, getAs(user, channel, "/events", "Accept", LINES));
    HttpResponse<String> head =
        send(
            request("/v1/channels/" + channel.name() + "/pages/1/0")
                .header("Authorization", "Bearer " + tokenOf(user))
                .HEAD());
    assertEquals(code.status(), head.statusCode());
  }

  private void assertReads(String user, Channel channel) {
    for (String path : PATHS) {
      assertEquals(200, getAs(user, channel, path).statusCode(), user + " " + path);
    }
  }

  @Test
  void aChannelThatNeverHadMembersIsTheTenantsAndAClosedOneItsMembers() {
    Channel channel = channel();
    log.append(channel, 300);
    settle(channel);
    assertReads("bob", channel);

    log.change(channel, "owner", "owner");
    log.change(channel, "reader", "reader");
    settle(channel);

    assertReads("owner", channel);
    assertEquals(302, json(getAs("reader", channel, "")).path("first").asLong());
    assertAll(ProblemCode.FORBIDDEN, "bob", channel);
  }

  @Test
  void oneWhoIsRemovedReadsNothingUntilAddedAgainAndThenOnlyFromThere() {
    Channel channel = channel("doc");
    log.append(channel, 256);
    log.change(channel, "owner", "owner");
    log.change(channel, "bob", "reader");
    settle(channel);
    assertReads("bob", channel);

    log.change(channel, "bob", null);
    settle(channel);
    assertAll(ProblemCode.FORBIDDEN, "bob", channel);

    log.change(channel, "bob", "reader");
    settle(channel);
    assertReads("bob", channel);
    log.change(channel, "owner", null);
    Await.until("it", () -> getAs("owner", channel, "").statusCode() == 403);
    log.change(channel, "bob", null);
    Await.until("it", () -> getAs("bob", channel, "").statusCode() == 403);
    assertAll(ProblemCode.FORBIDDEN, "ada", channel); // the last one has gone, and it stays closed
  }

  @Test
  void oneWhoIsRemovedWhileWaitingIsToldSoAndNothingElse() {
    Channel channel = channel();
    log.change(channel, "owner", "owner");
    log.change(channel, "bob", "member");
    settle(channel);
    CompletableFuture<HttpResponse<String>> waiting =
        CompletableFuture.supplyAsync(() -> getAs("bob", channel, "/events?after=2&waitMs=20000"));
    Await.until("a wait", this::isWaiting);

    log.change(channel, "bob", null);

    assertRefused(ProblemCode.FORBIDDEN, waiting.join());
  }

  @Test
  void oneWhoIsAddedReadsWhatWasWrittenSince() {
    Channel channel = channel();
    log.append(channel, "old", "{\"text\":\"secret\"}");
    log.change(channel, "owner", "owner");
    log.append(channel, "edited", "{\"text\":\"before\"}");
    log.append(channel, 299);
    long joined = log.change(channel, "bob", "member").seq();
    log.append(channel, "edited", "{\"text\":\"after\"}");
    log.append(channel, 300);
    log.change(channel, "bob", "owner");
    settle(channel);

    assertEquals(303, joined);
    assertEquals(1, json(getAs("owner", channel, "")).path("first").asLong());
    JsonNode info = json(getAs("bob", channel, ""));
    assertEquals(joined, info.path("first").asLong());
    assertEquals(log.head(channel), info.path("head").asLong());
    HttpResponse<String> gone = getAs("bob", channel, "/events?after=0");
    assertRefused(ProblemCode.HISTORY_GONE, gone);
    assertEquals(joined, json(gone).path("first").asLong());
    assertRefused(ProblemCode.HISTORY_GONE, getAs("bob", channel, "/events?after=301"));
    assertRefused(
        ProblemCode.HISTORY_GONE, getAs("bob", channel, "/events?after=301", "Accept", LINES));
    assertEquals(
        range(joined, joined + 9),
        seqs(json(getAs("bob", channel, "/events?limit=10&after=302")).path("events")));
    assertRefused(ProblemCode.HISTORY_GONE, getAs("bob", channel, "/pages/1/0"));
    assertRefused(ProblemCode.HISTORY_GONE, getAs("bob", channel, "/pages/1/1"));
    assertEquals(
        range(513, log.head(channel)),
        seqs(json(getAs("bob", channel, "/pages/1/2")).path("events")));
    List<JsonNode> entities = new ArrayList<>();
    JsonNode snapshot = json(getAs("bob", channel, "/snapshot"));
    snapshot.path("entities").forEach(entities::add);
    assertTrue(entities.stream().allMatch(e -> e.path("seq").asLong() >= joined), snapshot + "");
    assertEquals(
        List.of("edited", "member:bob"),
        entities.stream()
            .filter(e -> e.has("entity"))
            .map(e -> e.path("entity").asText())
            .toList());
    assertFalse(snapshot.toString().contains("secret"));
    assertEquals(302, entities.size());
  }

  @Test
  void whereHistoryIsForAllOneWhoIsAddedReadsAllOfIt() {
    Channel channel = channel("doc");
    log.append(channel, 256);
    log.change(channel, "owner", "owner");
    log.change(channel, "bob", "editor");
    settle(channel);

    assertEquals(1, json(getAs("bob", channel, "")).path("first").asLong());
    assertEquals(range(1, 256), seqs(json(getAs("bob", channel, "/pages/1/0")).path("events")));
  }

  @Test
  void everyPartOfASnapshotIsDecidedAnew() {
    Channel channel = channel("doc");
    log.begin();
    for (int i = 0; i < 1200; i++) {
      log.add(channel, 1, "block" + i, "{\"n\":" + i + "}");
    }
    log.addChange(channel, 1, "owner", "owner");
    log.addChange(channel, 1, "bob", "reader");
    log.commit();
    settle(channel);
    String cursor = "/snapshot?cursor=";
    JsonNode first = json(getAs("bob", channel, "/snapshot"));
    JsonNode second = json(getAs("bob", channel, cursor + first.path("next").asText()));
    assertEquals(500, second.path("entities").size());

    log.change(channel, "bob", null);
    settle(channel);

    assertRefused(
        ProblemCode.FORBIDDEN, getAs("bob", channel, cursor + second.path("next").asText()));
    assertEquals(200, getAs("owner", channel, cursor + second.path("next").asText()).statusCode());
  }

  @Test
  void aStreamEndsWhenItsReaderIsRemoved() throws IOException, InterruptedException {
    Channel channel = channel();
    log.change(channel, "owner", "owner");
    log.begin();
    for (int i = 0; i < 60_000; i++) {
      log.add(channel, 1, null, "{\"text\":\"" + "x".repeat(500) + "\"}");
    }
    log.commit();
    settle(channel);
    HttpResponse<java.io.InputStream> stream =
        client.send(
            request("/v1/channels/" + channel.name() + "/events?after=0")
                .header("Authorization", "Bearer " + tokenOf("owner"))
                .header("Accept", LINES)
                .build(),
            HttpResponse.BodyHandlers.ofInputStream());
    try (BufferedReader in =
        new BufferedReader(new InputStreamReader(stream.body(), StandardCharsets.UTF_8))) {
      assertTrue(in.readLine().contains("\"begin\""));

      log.change(channel, "owner", null);
      Await.until("it", () -> getAs("owner", channel, "").statusCode() == 403);
      String last = "";
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        last = line;
      }

      JsonNode end = JSON.readTree(last).path("end");
      assertEquals("forbidden", end.path("code").asText(), last);
      assertTrue(end.path("after").asLong() < 60_001, last);
    }
  }

  @Test
  void oneWhoAsksForASeqIsRefusedOnlyOnceTheirBeingAddedCouldHaveCome() {
    Channel channel = channel();
    log.change(channel, "owner", "owner");
    log.append(channel, 10);
    settle(channel);
    // Although the store has seq 5: how far a closed channel is shall not show in how long it
    // takes.
    CompletableFuture<HttpResponse<String>> waiting =
        CompletableFuture.supplyAsync(
            () -> getAs("bob", channel, "/events?after=11&minSeq=5&waitMs=20000"));
    Await.until("a wait", this::isWaiting);

    log.change(channel, "bob", "member");

    assertEquals(range(12, 12), seqs(json(waiting.join()).path("events")));
    assertRefused(ProblemCode.FORBIDDEN, getAs("eve", channel, "/events?minSeq=5"));
    assertRefused(ProblemCode.FORBIDDEN, getAs("eve", channel, "/events?minSeq=500"));
    assertRefused(ProblemCode.FORBIDDEN, getAs("eve", channel, "/events?epoch=2"));
  }

  @Test
  void whatIsHiddenWhatIsNotThereAndWhatIsOthersIsRefusedAlike() {
    Channel channel = channel();
    log.change(channel, "owner", "owner");
    settle(channel);
    List<String> paths =
        List.of(
            "",
            "/events?after=0&waitMs=50",
            "/events?limit=0",
            "/pages/1/0",
            "/pages/1/x",
            "/snapshot",
            "/snapshot?cursor=x",
            "/nothing",
            "/events?minSeq=x");
    for (String path : paths) {
      HttpResponse<String> others = getAs("bob", channel, path);
      List<HttpResponse<String>> alike =
          List.of(
              getAs("bob", new Channel("acme", "nokind", "c"), path),
              getAs("bob", new Channel("acme", "inbox", "ada"), path),
              send(
                  request("/v1/channels/" + channel.name() + path)
                      .header(
                          "Authorization", "Bearer " + token("acme", List.of("chat:elsewhere")))));
      for (HttpResponse<String> one : alike) {
        assertEquals(others.statusCode(), one.statusCode(), path);
        assertEquals(told(others), told(one), path);
        assertEquals(headers(others), headers(one), path);
      }
    }
  }

  private static String told(HttpResponse<String> response) {
    return response.body().replaceAll("\"traceId\":\"[0-9a-f]{32}\"", "");
  }

  private static Map<String, List<String>> headers(HttpResponse<String> response) {
    Map<String, List<String>> headers = new TreeMap<>(response.headers().map());
    headers.remove("date");
    return headers;
  }
}
