package io.tailrace.client.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tailrace.client.MyChannel;
import io.tailrace.client.Signal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Frames and answers beside events, as they are on the wire. */
class ServerMessagesTest {
  private static byte[] bytes(String json) {
    return json.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void aSignalIsReadWithAndWithoutItsDevice() {
    String rest = "\"user\":\"bob\",\"type\":\"typing\",\"ttlMs\":5000,\"data\":{\"on\":true}}";
    assertEquals(
        new ServerMessage.SignalShown(
            "chat:a", new Signal("bob", null, "typing", "{\"on\":true}"), 5000),
        ServerMessages.parse(bytes("{\"t\":\"signal\",\"channel\":\"chat:a\"," + rest)));
    assertEquals(
        new ServerMessage.SignalShown(
            "chat:a", new Signal("bob", "tab", "typing", "{\"on\":true}"), 5000),
        ServerMessages.parse(
            bytes("{\"t\":\"signal\",\"channel\":\"chat:a\",\"device\":\"tab\"," + rest)));
  }

  @Test
  void aReceiptIsReadWhateverItsReadersAreCalled() {
    assertEquals(
        new ServerMessage.ReceiptShown("chat:a", 2, Map.of("ann", 3L, "t/ \"x", 0L)),
        ServerMessages.parse(
            bytes(
                "{\"t\":\"receipt\",\"channel\":\"chat:a\",\"epoch\":2,"
                    + "\"read\":{\"ann\":3,\"t/ \\\"x\":0}}")));
  }

  @Test
  void theUsersChannelsAreRead() {
    HistoryAnswers.MyChannelsPage page =
        HistoryAnswers.myChannels(
            bytes(
                """
                {"channels":[{"channel":"chat:a","head":5,"read":2,"unread":3,"role":"member"},
                {"channel":"chat:b","head":1,"read":1,"unread":0}],"next":"chat:b"}\
                """));
    assertEquals("chat:b", page.next());
    assertEquals(
        List.of(new MyChannel("chat:a", 5, 2, 3, "member"), new MyChannel("chat:b", 1, 1, 0, null)),
        page.channels());
  }

  @Test
  void whatIsSaidIsAFrame() {
    assertEquals(
        "{\"t\":\"signal\",\"channel\":\"chat:a\",\"type\":\"typing\",\"data\":[1, 1.10]}",
        ClientMessages.signal("chat:a", "typing", "[1, 1.10]"));
    assertEquals(
        "{\"t\":\"receipt\",\"channel\":\"chat:a\",\"seq\":7}",
        ClientMessages.receipt("chat:a", 7));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "{", "1}", "1 2", "nothing", "{\"a\":1},\"t\":\"auth\""})
  void whatIsNoJsonIsNotSaid(String data) {
    assertThrows(IllegalArgumentException.class, () -> ClientMessages.checkJson(data));
  }
}
