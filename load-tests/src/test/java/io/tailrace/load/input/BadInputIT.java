package io.tailrace.load.input;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.load.driver.Answer;
import io.tailrace.load.driver.HistoryAnswer;
import io.tailrace.load.driver.Http;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Requests over HTTP at, over and far beyond their limits: each gets its documented answer, and the
 * next good one works.
 */
class BadInputIT {
  private static final int DATA_MAX = 65_536;
  private static final int TEXT_MAX = 20_000;
  private static final String EVENTS = "/v1/channels/chat:bad/events";
  private static final String GOOD = "{\"type\":\"message.posted\",\"data\":{\"text\":\"x\"}}";

  @TempDir static Path folder;
  static RunningSystem system;
  static Http http;

  @BeforeAll
  static void start() {
    system = new RunningSystem(folder);
    http = system.http("ada");
  }

  @AfterAll
  static void stop() {
    system.close();
  }

  record Write(String path, String body, int status, String code) {
    @Override
    public String toString() {
      var shown = body.length() > 60 ? body.substring(0, 60) + "… " + body.length() : body;
      return status + " " + code + " for " + path + " " + shown;
    }
  }

  static List<Write> writes() {
    return List.of(
        write("", 400, "bad_request"),
        write("{", 400, "bad_request"),
        write("not json", 400, "bad_request"),
        write(GOOD + "x", 400, "bad_request"),
        write(GOOD + GOOD, 400, "bad_request"),
        write("[]", 422, "invalid_event"),
        write("null", 422, "invalid_event"),
        write("5", 422, "invalid_event"),
        write("\"text\"", 422, "invalid_event"),
        write("{}", 422, "invalid_event"),
        write("{\"type\":\"message.posted\"}", 422, "invalid_event"),
        write("{\"data\":{\"text\":\"x\"}}", 422, "invalid_event"),
        write("{\"type\":5,\"data\":{\"text\":\"x\"}}", 422, "invalid_event"),
        write("{\"type\":null,\"data\":{\"text\":\"x\"}}", 422, "invalid_event"),
        write("{\"type\":\"no.such\",\"data\":{\"text\":\"x\"}}", 422, "invalid_event"),
        write(
            "{\"type\":\"" + "t".repeat(100_000) + "\",\"data\":{\"text\":\"x\"}}",
            413,
            "too_large"),
        field("\"surprise\":1", 422, "invalid_event"),
        field("\"channel\":\"chat:other\"", 422, "invalid_event"),
        field("\"type\":\"message.posted\"", 422, "invalid_event"),
        field("\"id\":\"not-a-uuid\"", 422, "invalid_event"),
        field("\"id\":\"1-1-1-1-1\"", 422, "invalid_event"),
        field("\"id\":7", 422, "invalid_event"),
        field("\"entity\":\"\"", 422, "invalid_event"),
        field("\"entity\":7", 422, "invalid_event"),
        field("\"entity\":\"" + "e".repeat(200) + "\"", 201, ""),
        field("\"entity\":\"" + "e".repeat(201) + "\"", 422, "invalid_event"),
        field("\"entity\":\"a\\u0000b\"", 422, "invalid_event"),
        field("\"entity\":\"a\\nb\"", 422, "invalid_event"),
        field("\"entity\":\"\ud83d\ude80\u2028\"", 201, ""),
        field("\"expect\":0", 422, "not_available"),
        field("\"expect\":-1.5", 422, "invalid_event"),
        data("[]", 422, "invalid_event"),
        data("{}", 422, "invalid_event"),
        data("{\"text\":7}", 422, "invalid_event"),
        data("{\"text\":null}", 422, "invalid_event"),
        data("{\"text\":\"" + "x".repeat(TEXT_MAX - 1) + "\"}", 201, ""),
        data("{\"text\":\"" + "x".repeat(TEXT_MAX) + "\"}", 201, ""),
        data("{\"text\":\"" + "x".repeat(TEXT_MAX + 1) + "\"}", 422, "invalid_event"),
        data(sized(DATA_MAX - 1), 201, ""),
        data(sized(DATA_MAX), 201, ""),
        data(sized(DATA_MAX + 1), 413, "too_large"),
        data(sized(10 * DATA_MAX), 413, "too_large"),
        data("{\"text\":\"a\\u0000b\"}", 422, "invalid_event"),
        data("{\"text\":\"\\ud800\"}", 422, "invalid_event"),
        data("{\"text\":\"x\",\"a\":" + "[".repeat(60) + "]".repeat(60) + "}", 201, ""),
        data(
            "{\"text\":\"x\",\"a\":" + "[".repeat(10_000) + "]".repeat(10_000) + "}",
            422,
            "invalid_event"),
        data("{\"text\":\"x\",\"n\":" + "9".repeat(900) + "}", 201, ""),
        data("{\"text\":\"x\",\"n\":" + "9".repeat(1001) + "}", 422, "invalid_event"),
        data("{\"text\":\"x\",\"n\":1e9999}", 201, ""),
        data("{\"text\":\"x\",\"n\":1e999999999}", 422, "invalid_event"),
        data("{\"text\":\"x\",\"n\":NaN}", 400, "bad_request"),
        data("{\"text\":\"x\",\"n\":01}", 400, "bad_request"),
        data("{\"text\":\"x\",\"text\":\"y\"}", 422, "invalid_event"),
        data("{'text':'x'}", 400, "bad_request"),
        data("{\"text\":\"x\",}", 400, "bad_request"),
        new Write("/v1/channels/chat:/events", GOOD, 400, "bad_request"),
        new Write("/v1/channels/:x/events", GOOD, 400, "bad_request"),
        new Write("/v1/channels/CHAT:x/events", GOOD, 400, "bad_request"),
        new Write("/v1/channels/nokind:x/events", GOOD, 404, "not_found"),
        new Write("/v1/channels/chat:a%2Fb/events", GOOD, 400, "bad_request"),
        new Write("/v1/channels/chat:a%00b/events", GOOD, 400, "bad_request"),
        new Write("/v1/channels/chat:" + "i".repeat(200) + "/events", GOOD, 201, ""),
        new Write("/v1/channels/chat:" + "i".repeat(201) + "/events", GOOD, 400, "bad_request"),
        new Write(EVENTS + "?ack=maybe", GOOD, 400, "bad_request"),
        new Write(EVENTS + "?surprise=1", GOOD, 400, "bad_request"),
        transaction("", 400, "bad_request"),
        transaction("[]", 422, "invalid_event"),
        transaction("{}", 422, "invalid_event"),
        transaction("{\"events\":[]}", 422, "invalid_event"),
        transaction("{\"events\":{}}", 422, "invalid_event"),
        transaction("{\"events\":[5]}", 422, "invalid_event"),
        transaction("{\"events\":[" + GOOD + "]}", 422, "invalid_event"),
        transaction("{\"events\":[" + member("chat:t") + "],\"more\":1}", 422, "invalid_event"),
        transaction("{\"events\":[" + member("chat") + "]}", 422, "invalid_event"),
        transaction("{\"events\":[" + members(100) + "]}", 201, ""),
        transaction("{\"events\":[" + members(101) + "]}", 422, "invalid_event"));
  }

  @ParameterizedTest
  @MethodSource("writes")
  void aWriteGetsItsDocumentedAnswer(Write write) throws Exception {
    var answer = http.post(write.path(), write.body().getBytes(UTF_8), Map.of());

    assertAnswer(answer, write.status(), write.code());
  }

  @Test
  void wrongUtf8IsRefused() throws Exception {
    var body = new ByteArrayOutputStream();
    body.writeBytes("{\"type\":\"message.posted\",\"data\":{\"text\":\"".getBytes(UTF_8));
    body.writeBytes(new byte[] {(byte) 0xc3, (byte) 0x28, (byte) 0xff});
    body.writeBytes("\"}}".getBytes(UTF_8));

    var answer = http.post(EVENTS, body.toByteArray(), Map.of());

    assertAnswer(answer, 400, "bad_request");
  }

  @Test
  void keysHaveLimitsToo() throws Exception {
    assertAnswer(keyed("k".repeat(200)), 201, "");
    assertAnswer(keyed("k".repeat(201)), 400, "bad_request");
    assertAnswer(keyed("a b"), 400, "bad_request");
  }

  @Test
  void aKeyStandsForOneBody() throws Exception {
    var key = Map.of("Idempotency-Key", UUID.randomUUID().toString());
    var other = GOOD.replace("\"x\"", "\"y\"").getBytes(UTF_8);

    assertAnswer(http.post(EVENTS, GOOD.getBytes(UTF_8), key), 201, "");
    assertAnswer(http.post(EVENTS, other, key), 422, "idempotency_key_reused");
  }

  record Read(String path, int status, String code) {}

  static List<Read> reads() {
    var channel = "/v1/channels/chat:bad";
    return List.of(
        new Read(channel, 200, ""),
        new Read(channel + "?surprise=1", 400, "bad_request"),
        new Read(channel + "/events", 200, ""),
        new Read(channel + "/events?after=-1", 400, "bad_request"),
        new Read(channel + "/events?after=x", 400, "bad_request"),
        new Read(channel + "/events?after=", 400, "bad_request"),
        new Read(channel + "/events?after=9223372036854775808", 400, "bad_request"),
        new Read(channel + "/events?after=0&after=1", 400, "bad_request"),
        new Read(channel + "/events?limit=0", 400, "bad_request"),
        new Read(channel + "/events?limit=1000", 200, ""),
        new Read(channel + "/events?limit=1001", 400, "bad_request"),
        new Read(channel + "/events?minSeq=-1", 400, "bad_request"),
        new Read(channel + "/events?minSeq=900000000", 504, "wait_timeout"),
        new Read(channel + "/events?waitMs=-1", 400, "bad_request"),
        new Read(channel + "/events?waitMs=99999999", 400, "bad_request"),
        new Read(channel + "/events?epoch=x", 400, "bad_request"),
        new Read(channel + "/events?epoch=99", 503, "not_ready"),
        new Read(channel + "/events?surprise=1", 400, "bad_request"),
        new Read(channel + "/pages/1/x", 400, "bad_request"),
        new Read(channel + "/pages/0/0", 400, "bad_request"),
        new Read(channel + "/pages/1/-1", 400, "bad_request"),
        new Read(channel + "/snapshot", 200, ""),
        new Read(channel + "/snapshot?cursor=%FF%00nonsense", 400, "bad_request"),
        new Read(channel + "/snapshot?cursor=" + "c".repeat(3000), 400, "bad_request"),
        new Read("/v1/channels/chat:", 400, "bad_request"),
        new Read("/v1/channels/nosuchkind:x", 403, "forbidden"),
        new Read("/v1/nothing", 404, "not_found"),
        new Read("/v1/sse", 400, "bad_request"),
        new Read("/v1/sse?channel=nonsense", 400, "bad_request"));
  }

  @ParameterizedTest
  @MethodSource("reads")
  void aReadGetsItsDocumentedAnswer(Read read) throws Exception {
    var answer = http.get(read.path());

    assertAnswer(answer, read.status(), read.code());
  }

  @Test
  void numbersArriveAsTheyWereWritten() throws Exception {
    var data =
        "{\"text\":\"\u2028\ud83d\ude80\\u00e9\",\"a\":9007199254740993,\"b\":18446744073709551616,"
            + "\"c\":1.10,\"d\":-0,\"e\":1E+2,\"f\":0.1000000000000000055511151231257827}";
    var body = "{\"type\":\"message.posted\",\"data\":" + data + "}";
    var path = "/v1/channels/chat:numbers/events";

    var written = http.post(path, body.getBytes(UTF_8), Map.of());

    long seq = written.json().path("seq").asLong();
    var read = http.get(path + "?after=" + (seq - 1) + "&minSeq=" + seq);
    var events = HistoryAnswer.parse(read.body()).events();
    assertArrayEquals(data.getBytes(UTF_8), events.getFirst().data());
  }

  private static void assertAnswer(Answer answer, int status, String code) {
    var text = new String(answer.body(), UTF_8);
    assertAll(
        () -> assertEquals(status, answer.status(), text),
        () -> assertEquals(code, answer.code(), text));
    if (status >= 400) {
      assertAll(
          () ->
              assertTrue(
                  answer
                      .headers()
                      .firstValue("Content-Type")
                      .orElse("")
                      .startsWith("application/problem+json"),
                  text),
          () -> assertEquals(status, answer.json().path("status").asInt(), text),
          () -> assertFalse(answer.json().path("detail").asText().isBlank(), text),
          () -> assertTrue(answer.json().path("traceId").asText().matches("[0-9a-f]{32}"), text));
    }
  }

  private static Answer keyed(String key) throws Exception {
    return http.post(EVENTS, GOOD.getBytes(UTF_8), Map.of("Idempotency-Key", key));
  }

  private static Write write(String body, int status, String code) {
    return new Write(EVENTS, body, status, code);
  }

  private static Write field(String field, int status, String code) {
    return write("{" + field + "," + GOOD.substring(1), status, code);
  }

  private static Write data(String data, int status, String code) {
    return write("{\"type\":\"message.posted\",\"data\":" + data + "}", status, code);
  }

  private static Write transaction(String body, int status, String code) {
    return new Write("/v1/transactions", body, status, code);
  }

  private static String member(String channel) {
    return "{\"channel\":\"" + channel + "\"," + GOOD.substring(1);
  }

  private static String members(int count) {
    return String.join(",", Collections.nCopies(count, member("chat:t")));
  }

  /** Valid data of exactly this many bytes. */
  private static String sized(int bytes) {
    var frame = "{\"text\":\"x\",\"more\":\"\"}";
    return "{\"text\":\"x\",\"more\":\"" + "y".repeat(bytes - frame.length()) + "\"}";
  }
}
