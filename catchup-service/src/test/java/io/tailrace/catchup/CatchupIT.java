package io.tailrace.catchup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.tailrace.schemas.event.Chain;
import io.tailrace.schemas.event.Event;
import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.problem.ProblemCode;
import io.tailrace.schemas.testkit.Await;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The history interface over HTTP, on a real broker. */
class CatchupIT extends RunningCatchup {
  @Test
  void aChannelWithoutEventsHasHeadZero() {
    JsonNode answer = ok(channel(), "");

    assertEquals(0, answer.path("head").asLong());
    assertEquals(1, answer.path("epoch").asInt());
    assertEquals(1, answer.path("first").asLong());
    assertEquals(Chain.hex(Chain.start(1)), answer.path("chain").asText());
    assertEquals("chat", answer.path("contract").path("kind").asText());
  }

  @Test
  void eventsComeInOrderWithTheirDataAsWritten() {
    Channel channel = channel();
    String data = "{\"text\":\"\u2028 🎈\", \"n\": 12345678901234567890.10, \"e\":1E400}";
    log.append(channel, "room", data);
    log.append(channel, 299);

    HttpResponse<String> first =
        settled(() -> get(channel, "/events?after=0&limit=200&minSeq=300"));

    assertTrue(first.body().contains("\"data\":" + data + "}"), first.body());
    assertEquals(range(1, 200), seqs(json(first).path("events")));
    assertEquals(200, json(first).path("next").asLong());
    assertEquals(300, json(first).path("head").asLong());
    JsonNode rest = ok(channel, "/events?after=200&limit=200");
    assertEquals(range(201, 300), seqs(rest.path("events")));
    assertTrue(rest.path("next").isNull());
    assertEquals("room", json(first).path("events").path(0).path("entity").asText());
  }

  @Test
  void whatIsNotCommittedIsNotThereAndWhatWasAbortedNever() {
    Channel channel = channel();
    log.append(channel, 2);
    ok(channel, "/events?minSeq=2");
    Map<Channel, Event> before = log.places();
    log.begin();
    log.add(channel, 1, null, "{\"text\":\"ghost\"}");
    log.flush();
    assertEquals(2, ok(channel, "").path("head").asLong());
    log.abort(before);

    Event event = log.append(channel, null, "{\"text\":\"real\"}");

    JsonNode answer = ok(channel, "/events?after=2&minSeq=3");
    assertEquals("real", answer.path("events").path(0).path("data").path("text").asText());
    assertEquals(Chain.hex(event.chain()), answer.path("events").path(0).path("chain").asText());
  }

  @Test
  void minSeqWaitsForTheCommit() {
    Channel channel = channel();
    CompletableFuture<JsonNode> waiting =
        CompletableFuture.supplyAsync(() -> ok(channel, "/events?minSeq=1"));
    Await.until("a wait", () -> isWaiting());

    log.append(channel, 1);

    assertEquals(range(1, 1), seqs(waiting.join().path("events")));
  }

  @Test
  void aSeqThatDoesNotComeIsATimeout() {
    assertRefused(ProblemCode.WAIT_TIMEOUT, get(channel(), "/events?minSeq=1"));
  }

  @Test
  void aLongPollAnswersWithTheNextEvent() {
    Channel channel = channel();
    log.append(channel, 1);
    ok(channel, "/events?minSeq=1");
    CompletableFuture<HttpResponse<String>> waiting =
        CompletableFuture.supplyAsync(() -> get(channel, "/events?after=1&waitMs=20000"));
    Await.until("a wait", () -> isWaiting());

    log.append(channel, 1);

    assertEquals(range(2, 2), seqs(json(waiting.join()).path("events")));
    assertEquals(List.of(), seqs(ok(channel, "/events?after=2&waitMs=50").path("events")));
  }

  private boolean isWaiting() {
    return service.metrics().get(CatchupMetrics.WAITS).gauge().value() > 0;
  }

  @Test
  void anAfterAboveHeadWaitsAndIsEmpty() {
    Channel channel = channel();
    log.append(channel, 1);
    ok(channel, "/events?minSeq=1");

    JsonNode answer = ok(channel, "/events?after=5&epoch=1");

    assertEquals(List.of(), seqs(answer.path("events")));
    assertEquals(1, answer.path("head").asLong());
  }

  @Test
  void completePagesNeverChangeAndTheLastIsNotCached() {
    Channel channel = channel();
    log.append(channel, 600);
    ok(channel, "/events?minSeq=600&limit=1");

    HttpResponse<String> page = get(channel, "/pages/1/1");
    String tag = page.headers().firstValue("ETag").orElseThrow();
    log.append(channel, 1);
    ok(channel, "/events?minSeq=601&limit=1");
    HttpResponse<String> again = get(channel, "/pages/1/1");

    assertEquals(range(257, 512), seqs(json(page).path("events")));
    assertEquals(page.body(), again.body());
    assertEquals(tag, again.headers().firstValue("ETag").orElseThrow());
    String control = page.headers().firstValue("Cache-Control").orElseThrow();
    assertTrue(control.startsWith("private") && control.contains("immutable"), control);
    HttpResponse<String> last = get(channel, "/pages/1/2");
    assertEquals(range(513, 601), seqs(json(last).path("events")));
    assertEquals("no-store", last.headers().firstValue("Cache-Control").orElseThrow());
    assertFalse(last.headers().firstValue("ETag").isPresent());
    assertEquals(List.of(), seqs(ok(channel, "/pages/1/9").path("events")));
  }

  @Test
  void pagesAreRevalidatedAndAnsweredToHead() {
    Channel channel = channel();
    log.append(channel, 256);
    ok(channel, "/events?minSeq=256&limit=1");
    HttpResponse<String> page = get(channel, "/pages/1/0");
    String tag = page.headers().firstValue("ETag").orElseThrow();
    String path = "/v1/channels/" + channel.name() + "/pages/1/0";

    HttpResponse<String> same =
        send(
            request(path)
                .header("Authorization", "Bearer " + token("acme"))
                .header("If-None-Match", tag));
    HttpResponse<String> other =
        send(
            request(path)
                .header("Authorization", "Bearer " + token("acme"))
                .header("If-None-Match", "\"x\""));
    HttpResponse<String> head =
        send(request(path).header("Authorization", "Bearer " + token("acme")).HEAD());

    assertEquals(304, same.statusCode());
    assertEquals("", same.body());
    assertEquals(tag, same.headers().firstValue("ETag").orElseThrow());
    assertEquals(200, other.statusCode());
    assertEquals(200, head.statusCode());
    assertEquals("", head.body());
    assertEquals(tag, head.headers().firstValue("ETag").orElseThrow());
  }

  @Test
  void aSnapshotAndTheEventsAfterItAreAllEvents() {
    Channel channel = channel();
    log.begin();
    for (int i = 0; i < 1500; i++) {
      log.add(
          channel, 1, i % 3 == 0 ? null : "🎈".repeat(200) + i % 700, "{\"text\":\"" + i + "\"}");
    }
    log.commit();
    ok(channel, "/events?minSeq=1500&limit=1");
    Map<String, String> state = new TreeMap<>();

    JsonNode part = ok(channel, "/snapshot");
    long seq = part.path("seq").asLong();
    while (true) {
      part.path("entities").forEach(event -> apply(state, event));
      // The channel goes on while the snapshot is read.
      log.append(channel, "🎈".repeat(200) + seq % 700, "{\"text\":\"newer\"}");
      if (part.path("next").isNull()) {
        break;
      }
      part = ok(channel, "/snapshot?cursor=" + part.path("next").asText());
      assertEquals(seq, part.path("seq").asLong());
    }
    long end = log.head(channel);
    readEvents(channel, seq, end, state);

    Map<String, String> all = new TreeMap<>();
    readEvents(channel, 0, end, all);
    assertEquals(1500, seq);
    assertEquals(all, state);
  }

  private void readEvents(Channel channel, long after, long end, Map<String, String> state) {
    long at = after;
    while (at < end) {
      JsonNode events =
          ok(channel, "/events?limit=1000&minSeq=" + end + "&after=" + at).path("events");
      events.forEach(event -> apply(state, event));
      at = events.path(events.size() - 1).path("seq").asLong();
    }
  }

  /**
   * As a client applies: the highest seq of an entity wins; what has no entity stands for itself.
   */
  private static void apply(Map<String, String> state, JsonNode event) {
    String id = event.path("id").asText();
    String key = event.has("entity") ? "entity " + event.path("entity").asText() : "event " + id;
    String value = String.format("%020d %s", event.path("seq").asLong(), id);
    state.merge(key, value, (a, b) -> a.compareTo(b) > 0 ? a : b);
  }

  @Test
  void anotherEpochIsToldAndALaterOneIsNotReady() {
    Channel channel = new Channel("acme", "chat", "epochs");
    while (partitionOf(channel) != PARTITION_OF_EPOCHS) {
      channel = new Channel("acme", "chat", channel.id() + "x");
    }
    log.append(channel, 3);
    ok(channel, "/events?minSeq=3&epoch=1");
    assertRefused(ProblemCode.NOT_READY, get(channel, "/events?epoch=2"));
    log.begin();
    log.add(channel, 2, null, "{\"text\":\"anew\"}");
    log.commit();
    Channel half = channel;
    Await.until("half of an epoch", () -> get(half, "").statusCode() == 503);
    assertRefused(ProblemCode.NOT_READY, get(channel, "/events?epoch=1"));
    log.begin();
    log.mark(PARTITION_OF_EPOCHS, 2);
    log.commit();

    JsonNode answer = ok(channel, "/events?epoch=2&minSeq=1");

    assertEquals(range(1, 1), seqs(answer.path("events")));
    HttpResponse<String> old = get(channel, "/events?epoch=1");
    assertRefused(ProblemCode.EPOCH_CHANGED, old);
    assertEquals(2, json(old).path("epoch").asInt());
    assertRefused(ProblemCode.EPOCH_CHANGED, get(channel, "/pages/1/0"));
  }

  @Test
  void badRequestsAreToldWhatIsWrong() {
    Channel channel = channel();

    assertRefused(ProblemCode.BAD_REQUEST, get(channel, "/events?after=x"));
    assertRefused(ProblemCode.BAD_REQUEST, get(channel, "/events?after=-1"));
    assertRefused(ProblemCode.BAD_REQUEST, get(channel, "/events?limit=1001"));
    assertRefused(ProblemCode.BAD_REQUEST, get(channel, "/events?limit=0"));
    assertRefused(ProblemCode.BAD_REQUEST, get(channel, "/events?after=99999999999999999999"));
    assertRefused(ProblemCode.BAD_REQUEST, get(channel, "/events?aftr=1"));
    assertRefused(ProblemCode.BAD_REQUEST, get(channel, "/events?after=1&after=2"));
    assertRefused(ProblemCode.BAD_REQUEST, get(channel, "/snapshot?cursor=nonsense"));
    assertRefused(ProblemCode.BAD_REQUEST, get(channel, "/pages/0/0"));
    assertRefused(ProblemCode.BAD_REQUEST, get(channel, "/pages/1/-1"));
    assertRefused(ProblemCode.BAD_REQUEST, get(channel, "/pages/1/x"));
    assertRefused(ProblemCode.NOT_FOUND, get(channel, "/nothing"));
    HttpResponse<String> post =
        send(
            request("/v1/channels/" + channel.name() + "/events")
                .header("Authorization", "Bearer " + token("acme"))
                .POST(HttpRequest.BodyPublishers.ofString("{}")));
    assertRefused(ProblemCode.METHOD_NOT_ALLOWED, post);
  }

  @Test
  void onlyATokenOfTheTenantReads() {
    Channel channel = channel();
    log.append(channel, 1);
    ok(channel, "/events?minSeq=1");
    Channel others = new Channel("other", channel.kind(), channel.id());
    String path = "/v1/channels/" + channel.name();

    assertRefused(ProblemCode.TOKEN_MISSING, send(request(path)));
    assertRefused(
        ProblemCode.TOKEN_INVALID, send(request(path).header("Authorization", "Bearer x")));
    assertEquals(0, ok(others, "").path("head").asLong());
    assertRefused(ProblemCode.FORBIDDEN, get(new Channel("acme", "unknown", "a"), ""));
    assertRefused(ProblemCode.FORBIDDEN, get(new Channel("acme", "inbox", "bob"), ""));
    assertRefused(
        ProblemCode.BAD_REQUEST,
        send(
            request("/v1/channels/no-channel").header("Authorization", "Bearer " + token("acme"))));
  }
}
