package io.tailrace.gateway.encode;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class WireFormsTest {
  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 125, 126, 127, 65_535, 65_536, 100_000})
  void aFrameHoldsItsPayload(int length) {
    byte[] payload = utf8("x".repeat(length));
    assertArrayEquals(payload, WebSocketText.payload(WebSocketText.frame(payload)));
  }

  @ParameterizedTest
  @CsvSource({"125, 2", "126, 4", "65535, 4", "65536, 10"})
  void aHeaderIsAsShortAsItMustBe(int length, int header) {
    assertEquals(header + length, WebSocketText.frame(new byte[length]).length);
  }

  @Test
  void everyLineEndStartsAnotherDataLine() {
    byte[] event = EventStreamText.event("event", utf8("{\n1,\r\n2,\r3,\u2028}"));
    assertEquals(
        "event: event\ndata: {\ndata: 1,\ndata: 2,\ndata: 3,\u2028}\n\n",
        new String(event, StandardCharsets.UTF_8));
  }

  @Test
  void anIdStandsBeforeTheData() {
    assertEquals(
        "event: cursor\nid: a=1.2\ndata: {}\n\n",
        new String(EventStreamText.event("cursor", "a=1.2", utf8("{}")), StandardCharsets.UTF_8));
  }

  @Test
  void bothFormsComeFromOneFrame() {
    Frame frame =
        new Frame(new Frame.Place("demo/chat:a", 0, 1, 1, 1, 1), 0, 0, null, utf8("{\"a\":1}"));
    assertEquals(
        "{\"a\":1}",
        new String(WebSocketText.payload(frame.bytes(Wire.WEB_SOCKET)), StandardCharsets.UTF_8));
    assertEquals(
        "event: event\ndata: {\"a\":1}\n\n",
        new String(frame.bytes(Wire.EVENT_STREAM), StandardCharsets.UTF_8));
  }
}
