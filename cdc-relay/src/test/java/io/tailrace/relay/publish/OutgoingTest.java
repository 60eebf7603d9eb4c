package io.tailrace.relay.publish;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.relay.translate.SourceRow;
import io.tailrace.relay.translate.Translated;
import io.tailrace.schemas.event.Envelope;
import io.tailrace.schemas.event.OutboxRecord;
import io.tailrace.schemas.event.Position;
import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.topic.BadRecordException;
import io.tailrace.schemas.topic.EventHeaders;
import io.tailrace.schemas.topic.Topics;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

class OutgoingTest {
  private static final Position POSITION = new Position(1, 1, 255, 7, 3);
  private static final long COMMIT_MICROS = 1_700_000_000_123_456L;
  private static final int RECORD_BYTES_MAX = 2_000;

  private final Outgoing outgoing = new Outgoing(_ -> 3, RECORD_BYTES_MAX);

  private static Translated.Row row(int dataBytes) {
    Envelope envelope = new Envelope("id1", "x", "e", "ann", "2023-11-14T22:13:20.123456Z", null);
    byte[] data = ("\"" + "d".repeat(dataBytes - 2) + "\"").getBytes(UTF_8);
    OutboxRecord outbox = new OutboxRecord(new Channel("t", "chat", "a"), envelope, POSITION, data);
    return new Translated.Row(outbox, COMMIT_MICROS);
  }

  private static String header(ProducerRecord<byte[], byte[]> record, String name) {
    return new String(record.headers().lastHeader(name).value(), UTF_8);
  }

  @Test
  void aRowIsReadBackAsItWas() throws BadRecordException {
    Translated.Row row = row(100);

    ProducerRecord<byte[], byte[]> record = outgoing.record(row);

    OutboxRecord back = EventHeaders.readOutbox(record.key(), record.headers(), record.value());
    assertEquals(Topics.OUTBOX, record.topic());
    assertEquals(3, record.partition());
    assertEquals(row.outbox().channel(), back.channel());
    assertEquals(row.outbox().envelope(), back.envelope());
    assertEquals(POSITION, back.position());
    assertArrayEquals(row.outbox().data(), back.data());
    assertNull(record.timestamp());
  }

  @Test
  void whatIsTooLargeBecomesADeadLetterWithoutItsData() {
    ProducerRecord<byte[], byte[]> record = outgoing.record(row(RECORD_BYTES_MAX));

    assertEquals(Topics.DEADLETTER, record.topic());
    assertNull(record.value());
    assertEquals("oversized", header(record, Outgoing.REASON));
    assertEquals(Integer.toString(RECORD_BYTES_MAX), header(record, Outgoing.VALUE_BYTES));
    assertEquals("id1", header(record, EventHeaders.ID));
  }

  @Test
  void whatHasNoChannelBecomesADeadLetter() {
    SourceRow source =
        new SourceRow("id1", "T!", "no", "x", null, null, "1", null, 7, null, COMMIT_MICROS);

    ProducerRecord<byte[], byte[]> record =
        outgoing.record(new Translated.Unfit(source, POSITION, "no name", COMMIT_MICROS));

    assertEquals(Topics.DEADLETTER, record.topic());
    assertEquals("unreadable", header(record, Outgoing.REASON));
    assertTrue(header(record, Outgoing.DETAIL).contains("no name"));
  }
}
