package io.tailrace.load.driver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

class PgOutputTest {
  private static final List<String> COLUMNS =
      List.of("id", "tenant", "channel", "type", "entity", "author", "data");

  private final PgOutput decoder = new PgOutput();

  @Test
  void aTransactionComesAsAWholeWithItsCommitTime() {
    assertNull(decoder.accept(begin(1_000_000)));
    assertNull(decoder.accept(relation()));
    assertNull(decoder.accept(insert("{\"a\": 1.10}")));
    assertNull(decoder.accept(insert("2")));

    var committed = decoder.accept(commit());

    assertNotNull(committed);
    assertEquals(77, committed.commitLsn());
    assertEquals(2, committed.rows().size());
    var row = committed.rows().getFirst();
    assertEquals("demo/chat:a", row.channel());
    assertEquals("2000-01-01T00:00:01.000000Z", row.envelope().time());
    assertNull(row.envelope().entity());
    assertEquals("{\"a\": 1.10}", new String(row.data(), UTF_8));
  }

  private static ByteBuffer begin(long micros) {
    return ByteBuffer.allocate(21).put((byte) 'B').putLong(77).putLong(micros).putInt(5).flip();
  }

  private static ByteBuffer commit() {
    var message = ByteBuffer.allocate(26).put((byte) 'C').put((byte) 0);
    return message.putLong(77).putLong(80).putLong(0).flip();
  }

  private static ByteBuffer relation() {
    var message = ByteBuffer.allocate(300).put((byte) 'R').putInt(9);
    text(message, "tailrace");
    text(message, "outbox");
    message.put((byte) 'd').putShort((short) COLUMNS.size());
    for (var column : COLUMNS) {
      message.put((byte) 0);
      text(message, column);
      message.putInt(25).putInt(-1);
    }
    return message.flip();
  }

  private static ByteBuffer insert(String data) {
    var message = ByteBuffer.allocate(300).put((byte) 'I').putInt(9).put((byte) 'N');
    message.putShort((short) COLUMNS.size());
    for (var value : List.of("id-1", "demo", "chat:a", "message.posted")) {
      value(message, value);
    }
    message.put((byte) 'n').put((byte) 'n');
    value(message, data);
    return message.flip();
  }

  private static void value(ByteBuffer message, String value) {
    var bytes = value.getBytes(UTF_8);
    message.put((byte) 't').putInt(bytes.length).put(bytes);
  }

  private static void text(ByteBuffer message, String text) {
    message.put(text.getBytes(UTF_8)).put((byte) 0);
  }
}
