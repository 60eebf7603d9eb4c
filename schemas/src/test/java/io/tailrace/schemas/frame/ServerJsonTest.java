package io.tailrace.schemas.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.tailrace.schemas.event.Envelope;
import io.tailrace.schemas.event.Event;
import io.tailrace.schemas.name.Channel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ServerJsonTest {
  private static final JsonMapper JSON = new JsonMapper();
  private static final String DATA =
      "{ \"big\":12345678901234567890,\n\"d\":1.10,\"s\":\"\\u2028\" }";

  @Test
  void anEventEndsWithItsDataAsWritten() throws IOException {
    Envelope envelope =
        new Envelope(
            "id-1",
            "message.posted",
            "message:\u00e9\u0001\"\\",
            "ann\ud83d\ude00\u2028",
            "2026-01-01T00:00:00.000000Z",
            "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01");
    Event event =
        new Event(
            new Channel("demo", "chat", "a"),
            envelope,
            1,
            7,
            255,
            DATA.getBytes(StandardCharsets.UTF_8));
    JsonText out = new JsonText(16);

    EventJson.frame(out, event);

    String text = new String(out.toByteArray(), StandardCharsets.UTF_8);
    assertTrue(text.endsWith(",\"data\":" + DATA + "}"), text);
    JsonNode node = JSON.readTree(text);
    assertEquals("event", node.get("t").asText());
    assertEquals("chat:a", node.get("channel").asText());
    assertEquals(7, node.get("seq").asLong());
    assertEquals("message:\u00e9\u0001\"\\", node.get("entity").asText());
    assertEquals("ann\ud83d\ude00\u2028", node.get("author").asText());
    assertEquals("0123456789abcdef0123456789abcdef", node.get("traceId").asText());
    assertEquals("00000000000000ff", node.get("chain").asText());
  }

  @Test
  void anElementOfHistoryIsTheSameWithoutTypeAndChannel() throws IOException {
    Event event =
        new Event(
            new Channel("demo", "chat", "a"),
            new Envelope("i", "t", null, null, "x", null),
            1,
            1,
            1,
            new byte[] {'1'});
    JsonText out = new JsonText(16);

    EventJson.element(out, event);

    assertEquals(
        "{\"seq\":1,\"id\":\"i\",\"type\":\"t\",\"time\":\"x\",\"chain\":\"0000000000000001\",\"data\":1}",
        new String(out.toByteArray(), StandardCharsets.UTF_8));
  }

  @Test
  void everyStringComesBackFromAnyParser() throws IOException {
    Random random = new Random(1);
    for (int i = 0; i < 20_000; i++) {
      StringBuilder text = new StringBuilder();
      for (int k = random.nextInt(12); k > 0; k--) {
        text.appendCodePoint(random.nextInt(3) == 0 ? random.nextInt(0xd800) : random.nextInt(128));
      }
      JsonText out = new JsonText(1).string(text.toString());
      assertEquals(text.toString(), JSON.readTree(out.toByteArray()).textValue());
    }
    assertEquals(
        "\ufffd", JSON.readTree(new JsonText(1).string("\ud800").toByteArray()).textValue());
  }

  @Test
  void framesAreWhatTheProtocolSays() {
    assertFrame(
        "{\"t\":\"subscribed\",\"ref\":1,\"channel\":\"chat:a\",\"epoch\":2,\"head\":9,\"after\":3}",
        new ServerFrame.Subscribed(1, "chat:a", 2, 9, 3, null));
    assertFrame(
        "{\"t\":\"subscribed\",\"ref\":1,\"channel\":\"chat:a\",\"epoch\":2,\"head\":9,\"after\":3,"
            + "\"catchUp\":{\"after\":3,\"to\":9}}",
        new ServerFrame.Subscribed(1, "chat:a", 2, 9, 3, new ServerFrame.CatchUp(3, 9)));
    assertFrame(
        "{\"t\":\"behind\",\"channel\":\"chat:a\",\"after\":3,\"head\":9}",
        new ServerFrame.Behind("chat:a", 3, 9));
    assertFrame(
        "{\"t\":\"reset\",\"channel\":\"chat:a\",\"epoch\":2,\"after\":0}",
        new ServerFrame.Reset("chat:a", 2, 0));
    assertFrame(
        "{\"t\":\"error\",\"ref\":1,\"channel\":\"c\",\"code\":\"not_ready\",\"detail\":\"d\",\"retryAfterMs\":5}",
        new ServerFrame.Err(1L, "c", "not_ready", "d", 5L));
    assertFrame(
        "{\"t\":\"welcome\",\"ref\":1,\"session\":\"s\",\"user\":\"u\",\"exp\":\"e\",\"heartbeatMs\":5,"
            + "\"limits\":{\"frameBytes\":7},\"time\":\"t\",\"region\":\"r\"}",
        new ServerFrame.Welcome(1, "s", "u", "e", 5, Map.of("frameBytes", 7L), "t", "r"));
    assertFrame(
        "{\"t\":\"drain\",\"reconnectAfterMs\":1200,\"deadlineMs\":25000}",
        new ServerFrame.Drain(1200, 25_000));
    assertFrame("{\"t\":\"pong\",\"ref\":1,\"time\":\"t\"}", new ServerFrame.Pong(1, "t"));
  }

  private static void assertFrame(String expected, ServerFrame frame) {
    assertEquals(expected, new String(ServerFrames.encode(frame), StandardCharsets.UTF_8));
  }
}
