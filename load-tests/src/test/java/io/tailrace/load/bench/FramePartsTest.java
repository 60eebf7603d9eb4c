package io.tailrace.load.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class FramePartsTest {
  private static final String FRAME =
      "{\"t\":\"event\",\"channel\":\"chat:bench-0badcafe-000\",\"seq\":1,\"epoch\":1,"
          + "\"id\":\"0195f3c0-0000-7000-8000-000000000001\",\"type\":\"message.posted\","
          + "\"time\":\"2026-11-25T04:30:26.123456Z\",\"chain\":\"0badcafe0badcafe\","
          + "\"data\":{\"text\":\"xxxxxxxxxxxx\",\"at\":12345}}";

  @Test
  void aPeerWritesTheProductsBytesWithAnotherSeqAndTime() {
    FrameParts parts = FrameParts.of(FRAME);

    assertEquals(FRAME, parts.text(1, 12_345));
    ByteBuffer bytes = ByteBuffer.allocate(2 * parts.bytesMax());
    parts.put(bytes, 1, 12_345);
    parts.put(bytes, Long.MAX_VALUE, Long.MAX_VALUE);
    StringBuilder read = new StringBuilder();
    int end =
        FrameCutter.cut(
            bytes.array(),
            0,
            bytes.position(),
            (opcode, all, from, to) ->
                read.append(opcode)
                    .append(' ')
                    .append(new String(all, from, to - from, StandardCharsets.US_ASCII))
                    .append('\n'));

    assertEquals(bytes.position(), end);
    assertEquals(
        "1 " + FRAME + "\n1 " + parts.text(Long.MAX_VALUE, Long.MAX_VALUE) + "\n", read.toString());
    assertTrue(parts.text(Long.MAX_VALUE, Long.MAX_VALUE).length() + 4 <= parts.bytesMax());
  }

  @Test
  void whatIsNoEventOfABenchIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> FrameParts.of("{\"t\":\"subscribed\"}"));
  }

  @Test
  void anOrderIsReadAsItWasWritten() {
    WriterProcess.Order order =
        new WriterProcess.Order(new OpenLoop(123_456_789_012_345L, 976.5625), 1_953, 2_000_000_000);

    assertEquals(order, WriterProcess.Order.of(order.line()));
  }
}
