package io.tailrace.load.driver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.tailrace.load.driver.EventStream.Message;
import java.io.ByteArrayInputStream;
import org.junit.jupiter.api.Test;

class EventStreamTest {
  @Test
  void everyLineEndOfTheStandardEndsALineAndNoOther() throws Exception {
    var stream =
        stream(": comment\r\nretry: 100\r\n\r\nevent: event\rdata: a\u2028b\ndata:c\n\nid: 7\n\n");

    assertEquals(new Message("event", null, "a\u2028b\nc"), stream.next());
    assertEquals(new Message(null, "7", ""), stream.next());
    assertNull(stream.next());
  }

  private static EventStream stream(String text) {
    return new EventStream(new ByteArrayInputStream(text.getBytes(UTF_8)));
  }
}
