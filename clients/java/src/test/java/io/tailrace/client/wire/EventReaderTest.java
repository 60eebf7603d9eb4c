package io.tailrace.client.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tailrace.client.ChannelEvent;
import io.tailrace.client.EventPage;
import io.tailrace.schemas.event.Envelope;
import io.tailrace.schemas.event.Event;
import io.tailrace.schemas.frame.EventJson;
import io.tailrace.schemas.frame.JsonText;
import io.tailrace.schemas.name.Channel;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventReaderTest {
  private static final Channel CHANNEL = new Channel("demo", "chat", "room");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"text\":\"a\"}",
        " { \"a\" : [1, 2.50, 12345678901234567890] } \n",
        "\"} ,]\\\" \\\\\"",
        "null",
        "-1.0e400",
        "[[[\"]\"]]]",
        "{\"data\":{\"data\":\"\\u2028 \u2028 \ud83d\ude00\"}}",
      })
  void dataComesOutByteForByte(String data) {
    byte[] frame = frame(data);
    ChannelEvent live = ((ServerMessage.Event) ServerMessages.parse(frame)).event();
    assertEquals(data, live.dataText());
    assertEquals("chat:room", live.channel());
    assertEquals("Zoë \"x\"", live.envelope().author());
    assertEquals(-2, live.chain());

    EventPage page = page(data);
    assertEquals(data, page.events().get(0).dataText());
    assertEquals(data, page.events().get(1).dataText());
    assertEquals(2, page.events().get(1).seq());
    assertEquals(7, page.head());
    assertEquals(2, page.next());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"t\":\"event\",\"seq\":1}",
        "{\"t\":\"event\",\"seq\":1,\"data\" :1}",
        "{\"t\":\"event\",\"seq\":\"x\",\"data\":1}",
        "{\"t\":\"event\",\"chain\":\"zz\",\"data\":1}",
        "{\"t\":\"subscribed\"}",
        "{",
      })
  void whatIsNoFrameIsRefused(String text) {
    assertThrows(
        UnreadableException.class,
        () -> ServerMessages.parse(text.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void unknownFramesArePassedOver() {
    assertEquals(
        new ServerMessage.Other("presence"),
        ServerMessages.parse("{\"t\":\"presence\"}".getBytes(StandardCharsets.UTF_8)));
  }

  private static Event event(long seq, String data) {
    Envelope envelope =
        new Envelope(
            "id-" + seq,
            "message.posted",
            null,
            "Zoë \"x\"",
            "2026-01-01T00:00:00.000001Z",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    return new Event(CHANNEL, envelope, 1, seq, -2, data.getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] frame(String data) {
    JsonText out = new JsonText(64);
    EventJson.frame(out, event(1, data));
    return out.toByteArray();
  }

  private static EventPage page(String data) {
    JsonText out = new JsonText(64);
    out.ascii("{\"channel\":\"chat:room\",\"epoch\":1,\"head\":7,\"events\":[");
    EventJson.element(out, event(1, data));
    out.put(',');
    EventJson.element(out, event(2, data));
    out.ascii("],\"next\":2}");
    return HistoryAnswers.events("chat:room", out.toByteArray());
  }
}
