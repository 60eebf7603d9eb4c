package io.tailrace.load.input;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tailrace.load.driver.EventParser;
import io.tailrace.load.driver.RawSocket;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Frames that are wrong: each gets its error or its close code, no socket hangs, and the gateway
 * goes on.
 */
class BadFramesIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int WAIT_MS = 60_000;
  private static final int MESSAGE_MAX = 65_536;
  private static final int ROUNDS = 400;

  @TempDir static Path folder;
  static RunningSystem system;

  @BeforeAll
  static void start() {
    system = new RunningSystem(folder);
  }

  @AfterAll
  static void stop() {
    system.close();
  }

  record Sent(String frame, String answer) {
    @Override
    public String toString() {
      var shown = frame.length() > 70 ? frame.substring(0, 70) + "… " + frame.length() : frame;
      return answer + " for " + shown;
    }
  }

  static List<Sent> frames() {
    return List.of(
        new Sent("", "4400"),
        new Sent("x", "4400"),
        new Sent("[]", "4400"),
        new Sent("{}", "4400"),
        new Sent("{\"t\":5}", "4400"),
        new Sent("{\"t\":\"nothing\",\"ref\":1}", "4400"),
        new Sent("{\"t\":\"ping\",\"ref\":1}{}", "4400"),
        new Sent("{\"t\":\"ping\",\"t\":\"ping\",\"ref\":1}", "4400"),
        new Sent(
            "{\"t\":\"ping\",\"ref\":1,\"a\":" + "[".repeat(500) + "]".repeat(500) + "}", "4400"),
        new Sent("{\"t\":\"ping\",\"ref\":1,\"a\":" + "9".repeat(5_000) + "}", "4400"),
        new Sent("{\"t\":\"ping\"}", "bad_request"),
        new Sent("{\"t\":\"ping\",\"ref\":\"1\"}", "bad_request"),
        new Sent("{\"t\":\"ping\",\"ref\":-1}", "bad_request"),
        new Sent("{\"t\":\"ping\",\"ref\":1.5}", "bad_request"),
        new Sent("{\"t\":\"ping\",\"ref\":9007199254740993}", "bad_request"),
        new Sent("{\"t\":\"ping\",\"ref\":1,\"unknown\":true}", "pong"),
        new Sent("{\"t\":\"ping\",\"ref\":1,\"u\":\"\u2028\ud83d\ude80\\u0000\"}", "pong"),
        new Sent(padded(MESSAGE_MAX - 1), "pong"),
        new Sent(padded(MESSAGE_MAX), "pong"),
        new Sent(padded(MESSAGE_MAX + 1), "4413"),
        new Sent("{\"t\":\"subscribe\",\"ref\":1}", "bad_request"),
        new Sent(subscribe("\"channel\":7"), "bad_request"),
        new Sent(subscribe("\"channel\":\"nonsense\""), "bad_request"),
        new Sent(subscribe("\"channel\":\"chat:a/b\""), "bad_request"),
        new Sent(subscribe("\"channel\":\"other/chat:a\""), "bad_request"),
        new Sent(subscribe("\"channel\":\"nosuchkind:a\""), "forbidden"),
        new Sent(subscribe("\"channel\":\"chat:" + "i".repeat(200) + "\""), "subscribed"),
        new Sent(subscribe("\"channel\":\"chat:" + "i".repeat(201) + "\""), "bad_request"),
        new Sent(subscribe("\"channel\":\"chat:a\",\"after\":-1"), "bad_request"),
        new Sent(subscribe("\"channel\":\"chat:a\",\"after\":\"0\""), "bad_request"),
        new Sent(subscribe("\"channel\":\"chat:a\",\"after\":1e3"), "bad_request"),
        new Sent(subscribe("\"channel\":\"chat:a\",\"after\":99999999999999999999"), "bad_request"),
        new Sent(subscribe("\"channel\":\"chat:a\",\"after\":9223372036854775807"), "reset"),
        new Sent(subscribe("\"channel\":\"chat:a\",\"epoch\":\"x\""), "bad_request"),
        new Sent(subscribe("\"channel\":\"chat:a\",\"chain\":\"xyz\""), "bad_request"),
        new Sent(subscribe("\"channel\":\"chat:a\",\"lanes\":7"), "bad_request"),
        new Sent(subscribe("\"channels\":[]"), "bad_request"),
        new Sent(subscribe("\"channels\":[5]"), "bad_request"),
        new Sent(subscribe("\"channels\":\"chat:a\""), "bad_request"),
        new Sent(
            subscribe("\"channels\":[{\"channel\":\"chat:a\"},{\"channel\":\"chat:a\"}]"),
            "bad_request"),
        new Sent("{\"t\":\"unsubscribe\",\"ref\":1}", "bad_request"),
        new Sent("{\"t\":\"auth\",\"ref\":1}", "bad_request"),
        new Sent("{\"t\":\"auth\",\"ref\":1,\"token\":\"x.y.z\"}", "4401"));
  }

  @ParameterizedTest
  @MethodSource("frames")
  void aFrameGetsItsDocumentedAnswer(Sent sent) throws Exception {
    try (var socket = greeted()) {
      socket.sendText(sent.frame());

      assertEquals(sent.answer(), answer(socket));
    }
  }

  @Test
  void wrongUtf8IsABadFrame() throws Exception {
    try (var socket = greeted()) {
      socket.send(true, RawSocket.TEXT, new byte[] {'{', (byte) 0xc3, '(', (byte) 0xff, '}'});

      var answer = answer(socket);

      assertTrue(List.of("4400", "1007").contains(answer), answer);
    }
  }

  @Test
  void theFirstFrameMustBeHello() throws Exception {
    try (var socket = RawSocket.open(system.base())) {
      socket.receiveTimeout(WAIT_MS);
      socket.sendText("{\"t\":\"ping\",\"ref\":1}");

      var answer = answer(socket);

      assertTrue(List.of("4400", "4401", "4408").contains(answer), answer);
    }
  }

  @Test
  void aBadTokenIsToldAndCloses() throws Exception {
    assertEquals("4401", hello("\"token\":\"nonsense\",\"version\":1"));
    assertEquals("4426", hello("\"token\":\"" + system.token("ada") + "\",\"version\":2"));
  }

  @Test
  void silenceIsClosedInTime() throws Exception {
    try (var socket = RawSocket.open(system.base())) {
      socket.receiveTimeout(WAIT_MS);

      assertEquals("4408", answer(socket));
    }
  }

  @Test
  void dataArrivesLiveAsItWasWritten() throws Exception {
    var data =
        "{\"text\":\"\u2028\ud83d\ude80\\u00e9\",\n"
            + "\"a\":9007199254740993, \"b\":18446744073709551616,\"c\":1.10,\"d\":-0,\"e\":1E+2}";
    try (var socket = greeted()) {
      socket.sendText(subscribe("\"channel\":\"chat:live\",\"after\":0,\"lanes\":[\"event\"]"));
      assertEquals("subscribed", answer(socket));
      var body = "{\"type\":\"message.posted\",\"data\":" + data + "}";

      system.http("ada").post("/v1/channels/chat:live/events", body.getBytes(UTF_8), Map.of());

      var event = EventParser.parse(text(socket));
      assertEquals(data, new String(event.data(), UTF_8));
    }
  }

  /**
   * Whatever arrives, there is an answer or a close code from the table, and the next socket works.
   */
  @Test
  void randomDamageDoesNothingElse() throws Exception {
    long seed = new Random().nextInt(1_000_000);
    System.out.println("seed " + seed);
    var random = new Random(seed);
    var frames = frames();
    for (int round = 0; round < ROUNDS; round++) {
      var bytes = frames.get(random.nextInt(frames.size())).frame().getBytes(UTF_8).clone();
      for (int damage = random.nextInt(4); bytes.length > 0 && damage >= 0; damage--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
      try (var socket = greeted()) {
        sendBoth(socket, random.nextInt(8) > 0, random.nextInt(3), bytes);
        outcome(socket, "round " + round + ", seed " + seed);
      }
    }
  }

  /** The damaged frame, then a good one, which may find the socket closed already. */
  private static void sendBoth(RawSocket socket, boolean fin, int opcode, byte[] bytes)
      throws IOException {
    socket.send(fin, opcode, bytes);
    try {
      socket.sendText("{\"t\":\"ping\",\"ref\":77}");
    } catch (SocketException _) {
      // Then the close frame is there to be read.
    }
  }

  @Test
  void aMessageFarBeyondTheLimitIsNotReadToItsEnd() throws Exception {
    try (var socket = greeted()) {
      String answer;
      try {
        socket.sendText(padded(20 * MESSAGE_MAX));
        answer = answer(socket);
      } catch (SocketException _) {
        answer = "reset"; // closed while this side still sent, which drops the close frame
      }

      assertTrue(List.of("4413", "reset").contains(answer), answer);
    }
  }

  private void outcome(RawSocket socket, String where) throws IOException {
    for (int i = 0; i < 3; i++) {
      var answer = answer(socket);
      if (answer.matches("\\d+")) {
        assertTrue(
            List.of("4400", "4401", "4413", "1002", "1003", "1007", "1009").contains(answer),
            where + ": closed with " + answer);
        return;
      }
      if (answer.equals("pong")) {
        return;
      }
      assertTrue(!answer.equals("internal"), where);
    }
  }

  /** The next frame but pings. */
  private static byte[] text(RawSocket socket) throws IOException {
    var frame = socket.receive();
    while (frame.opcode() != RawSocket.TEXT) {
      frame = socket.receive();
    }
    return frame.payload();
  }

  /** The answer's frame name, its error code, or the close code. */
  private static String answer(RawSocket socket) throws IOException {
    while (true) {
      RawSocket.Frame frame;
      try {
        frame = socket.receive();
      } catch (EOFException _) {
        return "ended without a close frame";
      }
      if (frame.opcode() == RawSocket.CLOSE) {
        return Integer.toString(frame.closeCode());
      }
      if (frame.opcode() == RawSocket.TEXT) {
        JsonNode json = JSON.readTree(frame.payload());
        var t = json.path("t").asText();
        return t.equals("error") ? json.path("code").asText() : t;
      }
    }
  }

  private static RawSocket greeted() throws IOException {
    var socket = RawSocket.open(system.base());
    socket.receiveTimeout(WAIT_MS);
    socket.sendText(
        "{\"t\":\"hello\",\"ref\":0,\"token\":\"" + system.token("ada") + "\",\"version\":1}");
    assertEquals("welcome", answer(socket));
    return socket;
  }

  /** What a hello with these members ends in. */
  private static String hello(String members) throws IOException {
    try (var socket = RawSocket.open(system.base())) {
      socket.receiveTimeout(WAIT_MS);
      socket.sendText("{\"t\":\"hello\",\"ref\":1," + members + "}");
      var answer = answer(socket);
      return answer.matches("\\d+") ? answer : answer(socket);
    }
  }

  private static String subscribe(String members) {
    return "{\"t\":\"subscribe\",\"ref\":1," + members + "}";
  }

  private static String padded(int bytes) {
    var frame = "{\"t\":\"ping\",\"ref\":1,\"u\":\"\"}";
    return frame.substring(0, frame.length() - 2) + "u".repeat(bytes - frame.length()) + "\"}";
  }
}
