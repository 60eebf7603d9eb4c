package io.tailrace.catchup;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.tailrace.schemas.event.Chain;
import io.tailrace.schemas.event.Event;
import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.problem.ProblemCode;
import io.tailrace.schemas.testkit.Await;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

/** Answers in pieces, and coded ones, on a real broker. */
class StreamIT extends RunningCatchup {
  private static final String SEQUENCE = "application/json-seq";
  private static final String LINES = "application/x-ndjson";
  private static final int MUCH = 50_000;

  private HttpResponse<InputStream> open(Channel channel, String rest, String... headers) {
    HttpRequest.Builder asked =
        request("/v1/channels/" + channel.name() + rest)
            .header("Authorization", "Bearer " + token(channel.tenant()));
    try {
      return client.send(
          (headers.length == 0 ? asked : asked.headers(headers)).build(),
          HttpResponse.BodyHandlers.ofInputStream());
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static byte[] bytes(HttpResponse<InputStream> response) {
    try (InputStream in = response.body()) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static byte[] unzipped(HttpResponse<InputStream> response) {
    assertEquals("gzip", response.headers().firstValue("Content-Encoding").orElse(""));
    try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(bytes(response)))) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static List<JsonNode> records(byte[] body, String separator) {
    List<JsonNode> records = new ArrayList<>();
    for (String record : new String(body, UTF_8).split(separator, -1)) {
      if (!record.isEmpty()) {
        try {
          records.add(JSON.readTree(record));
        } catch (IOException e) {
          throw new AssertionError(record, e);
        }
      }
    }
    return records;
  }

  private Event appendMany(Channel channel, int count, String data) {
    log.begin();
    Event last = null;
    for (int i = 0; i < count; i++) {
      last = log.add(channel, 1, null, data);
    }
    log.commit();
    Await.until("the store to have them", () -> ok(channel, "").path("head").asLong() == count);
    if (last == null) {
      throw new AssertionError("nothing to append");
    }
    return last;
  }

  @Test
  void anyNumberOfEventsComeInOneAnswer() {
    Channel channel = channel();
    Event last = appendMany(channel, MUCH, "{\"text\":\"" + "x".repeat(200) + "\"}");

    List<JsonNode> records =
        records(bytes(open(channel, "/events?after=0", "Accept", SEQUENCE)), "\u001e");

    assertEquals(MUCH + 2, records.size());
    JsonNode begin = records.getFirst().path("begin");
    assertEquals(channel.name(), begin.path("channel").asText());
    assertEquals(MUCH, begin.path("to").asLong());
    for (int i = 1; i <= MUCH; i++) {
      assertEquals(i, records.get(i).path("seq").asLong());
    }
    JsonNode end = records.getLast().path("end");
    assertTrue(end.path("complete").asBoolean());
    assertEquals(MUCH, end.path("after").asLong());
    assertEquals(Chain.hex(last.chain()), end.path("chain").asText());
  }

  @Test
  void aSequenceHasDataAsWrittenAndLinesHaveNoBreaks() {
    Channel channel = channel();
    String data = "{\n \"text\" : \"a\\nb\u2028 🎈\"\n}";
    appendMany(channel, 2, data);

    HttpResponse<InputStream> sequence = open(channel, "/events?to=1", "Accept", SEQUENCE);
    HttpResponse<InputStream> lines = open(channel, "/events?after=1", "Accept", LINES);

    assertEquals(SEQUENCE, sequence.headers().firstValue("Content-Type").orElse(""));
    assertTrue(new String(bytes(sequence), UTF_8).contains("\"data\":" + data + "}\n\u001e"));
    List<JsonNode> records = records(bytes(lines), "\n");
    assertEquals(3, records.size());
    assertEquals("a\nb\u2028 🎈", records.get(1).path("data").path("text").asText());
    assertEquals(2, records.getLast().path("end").path("after").asLong());
  }

  @Test
  void aStreamIsRefusedAsOtherAnswersAre() {
    Channel channel = channel();
    appendMany(channel, 3, "{\"text\":\"x\"}");

    assertEquals(400, open(channel, "/events?limit=3", "Accept", LINES).statusCode());
    assertEquals(400, open(channel, "/events?to=3").statusCode());
    assertEquals(504, open(channel, "/events?minSeq=4", "Accept", LINES).statusCode());
    assertEquals(503, open(channel, "/events?epoch=2", "Accept", LINES).statusCode());
    List<JsonNode> nothing =
        records(bytes(open(channel, "/events?after=9", "Accept", LINES)), "\n");
    assertEquals(2, nothing.size());
    assertEquals(9, nothing.getLast().path("end").path("after").asLong());
  }

  @Test
  void aClientThatReadsNothingHoldsOnePieceAndNoMoreThanSoManyAreLetIn() throws IOException {
    Channel channel = channel();
    appendMany(channel, MUCH, "{\"text\":\"" + "x".repeat(400) + "\"}");
    try (Socket _ = ask(channel);
        Socket _ = ask(channel)) {
      Await.until("two streams", () -> gauge(CatchupMetrics.STREAMS) == 2);

      assertEquals(503, open(channel, "/events", "Accept", LINES).statusCode());
      assertEquals(MUCH, ok(channel, "").path("head").asLong());
      assertTrue(gauge(CatchupMetrics.SENDING) < 1 << 20);
    }
    Await.until(
        "the streams of clients that left to end", () -> gauge(CatchupMetrics.STREAMS) == 0);
    HttpResponse<InputStream> next = open(channel, "/events", "Accept", LINES);
    assertEquals(200, next.statusCode());
    next.body().close();
    Await.until("the last one to end too", () -> gauge(CatchupMetrics.STREAMS) == 0);
  }

  private double gauge(String name) {
    return service.metrics().get(name).gauge().value();
  }

  /** Asks for a stream and reads none of it. */
  private Socket ask(Channel channel) throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(4096);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
    String request =
        "GET /v1/channels/"
            + channel.name()
            + "/events HTTP/1.1\r\nHost: x\r\nAccept: application/x-ndjson\r\nAuthorization: Bearer "
            + token(channel.tenant())
            + "\r\n\r\n";
    socket.getOutputStream().write(request.getBytes(UTF_8));
    return socket;
  }

  @Test
  void aPageOfLargeEventsIsSentInPieces() throws IOException {
    Channel channel = channel();
    String data = "{\"text\":\"" + "x".repeat(40_000) + "\"}";
    appendMany(channel, 256, data);

    byte[] page = bytes(open(channel, "/pages/1/0"));
    HttpResponse<InputStream> coded = open(channel, "/pages/1/0", "Accept-Encoding", "gzip");

    assertTrue(page.length > 256 * 40_000);
    assertEquals(range(1, 256), seqs(JSON.readTree(page).path("events")));
    assertEquals(new String(page, UTF_8), new String(unzipped(coded), UTF_8));
    assertEquals(200, head(channel, "/pages/1/0").statusCode());
  }

  private HttpResponse<String> head(Channel channel, String rest) {
    return send(
        request("/v1/channels/" + channel.name() + rest)
            .header("Authorization", "Bearer " + token(channel.tenant()))
            .HEAD());
  }

  @Test
  void codedAnswersAreTheSameAndHaveTagsOfTheirOwn() {
    Channel channel = channel();
    appendMany(channel, 256, "{\"text\":\"" + "hello ".repeat(20) + "\"}");

    HttpResponse<InputStream> plain = open(channel, "/pages/1/0");
    HttpResponse<InputStream> coded = open(channel, "/pages/1/0", "Accept-Encoding", "gzip");

    String plainTag = plain.headers().firstValue("ETag").orElseThrow();
    String codedTag = coded.headers().firstValue("ETag").orElseThrow();
    assertNotEquals(plainTag, codedTag);
    assertFalse(codedTag.startsWith("W/"));
    assertEquals(new String(bytes(plain), UTF_8), new String(unzipped(coded), UTF_8));
    assertTrue(plain.headers().allValues("Vary").contains("Accept-Encoding"));
    assertEquals(
        304,
        open(channel, "/pages/1/0", "Accept-Encoding", "gzip", "If-None-Match", codedTag)
            .statusCode());
    assertEquals(304, open(channel, "/pages/1/0", "If-None-Match", plainTag).statusCode());
    assertEquals(
        200,
        open(channel, "/pages/1/0", "Accept-Encoding", "gzip", "If-None-Match", plainTag)
            .statusCode());
    for (String rest : List.of("/events?limit=256", "/snapshot")) {
      byte[] whole = bytes(open(channel, rest));
      assertEquals(
          new String(whole, UTF_8),
          new String(unzipped(open(channel, rest, "Accept-Encoding", "gzip")), UTF_8));
    }
    HttpResponse<InputStream> small = open(channel, "", "Accept-Encoding", "gzip");
    assertTrue(small.headers().firstValue("Content-Encoding").isEmpty());
  }

  @Test
  void aPageIsKeptApartByOriginAndCaller() {
    Channel channel = channel();
    appendMany(channel, 256, "{\"text\":\"x\"}");

    List<String> vary =
        open(channel, "/pages/1/0", "Origin", "https://app.example").headers().allValues("Vary");

    assertTrue(vary.containsAll(List.of("Origin", "Authorization", "Accept-Encoding")), vary + "");
  }

  @Test
  void mayTheCallerReadIsAskedBeforeWhetherHeHasIt() {
    Channel channel = channel();
    appendMany(channel, 256, "{\"text\":\"x\"}");
    String path = "/v1/channels/" + channel.name() + "/pages/1/0";
    String tag = open(channel, "/pages/1/0").headers().firstValue("ETag").orElseThrow();

    HttpResponse<String> stranger =
        send(
            request(path)
                .header("Authorization", "Bearer " + token("other"))
                .header("If-None-Match", tag));
    HttpResponse<String> nobody = send(request(path).header("If-None-Match", tag));
    HttpResponse<String> restricted =
        send(
            request(path)
                .header("Authorization", "Bearer " + token("acme", List.of("chat:elsewhere")))
                .header("If-None-Match", tag));

    assertEquals(200, stranger.statusCode());
    assertEquals(List.of(), seqs(json(stranger).path("events")));
    assertRefused(ProblemCode.TOKEN_MISSING, nobody);
    assertRefused(ProblemCode.FORBIDDEN, restricted);
  }
}
