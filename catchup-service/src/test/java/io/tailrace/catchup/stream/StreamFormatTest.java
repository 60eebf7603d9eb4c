package io.tailrace.catchup.stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.tailrace.schemas.frame.JsonText;
import org.junit.jupiter.api.Test;

class StreamFormatTest {
  private static String record(StreamFormat format, String json) {
    JsonText out = new JsonText(16);
    out.ascii("before\n");
    format.record(out, json.getBytes(UTF_8));
    return new String(out.toByteArray(), UTF_8);
  }

  @Test
  void isAskedForByName() {
    assertEquals(StreamFormat.LINES, StreamFormat.accepted("application/x-ndjson"));
    assertEquals(
        StreamFormat.SEQUENCE, StreamFormat.accepted("text/html, Application/JSON-seq;q=0.9"));
    assertNull(StreamFormat.accepted("application/json, */*"));
    assertNull(StreamFormat.accepted(null));
  }

  @Test
  void aSequenceKeepsEveryByte() {
    assertEquals(
        "before\n\u001e{\"data\":{\n\"a\":1}}\n",
        record(StreamFormat.SEQUENCE, "{\"data\":{\n\"a\":1}}"));
  }

  @Test
  void aLineHoldsNoLineBreak() {
    assertEquals(
        "before\n{\"data\":{ \"a\":1}}\n", record(StreamFormat.LINES, "{\"data\":{\n\"a\":1}}"));
  }
}
