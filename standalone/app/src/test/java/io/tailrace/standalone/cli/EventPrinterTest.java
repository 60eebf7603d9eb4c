package io.tailrace.standalone.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tailrace.client.ChannelEvent;
import io.tailrace.schemas.event.Envelope;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class EventPrinterTest {
  private static final String TIME = "2026-01-01T00:00:00.000001Z";

  @Test
  void oneLinePerEventWhateverTheDataIs() {
    assertEquals(
        "3  " + TIME + "  ann  message.posted  { \"text\": \"\ufffd[2J é\ud83d\ude00\"}\n",
        print(false, "{\n\"text\": \"\u009b[2J é\ud83d\ude00\"}"));
  }

  @Test
  void jsonKeepsNumbersAsTheyWereWritten() {
    assertEquals(
        "{\"channel\":\"chat:a\",\"epoch\":1,\"seq\":3,\"id\":\"i\",\"type\":\"message.posted\","
            + "\"author\":\"ann\",\"time\":\""
            + TIME
            + "\",\"chain\":\"000000000000000a\",\"data\":{\"n\": 12345678901234567890.10}}\n",
        print(true, "{\"n\":\n12345678901234567890.10}"));
  }

  private static String print(boolean json, String data) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    EventPrinter printer = new EventPrinter(out, json);
    printer.print(
        new ChannelEvent(
            "chat:a",
            1,
            3,
            new Envelope("i", "message.posted", null, "ann", TIME, null),
            null,
            10,
            data.getBytes(StandardCharsets.UTF_8)));
    printer.flush();
    return out.toString(StandardCharsets.UTF_8);
  }
}
