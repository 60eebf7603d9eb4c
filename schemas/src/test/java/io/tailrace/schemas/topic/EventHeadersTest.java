package io.tailrace.schemas.topic;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.schemas.event.Envelope;
import io.tailrace.schemas.event.Event;
import io.tailrace.schemas.event.Position;
import io.tailrace.schemas.name.Channel;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

class EventHeadersTest {
  private static final Channel CHANNEL = new Channel("demo", "chat", "a");
  private static final Envelope ENVELOPE =
      new Envelope(
          "id", "message.posted", "e\u00e9", "ann", "2026-01-01T00:00:00.000001Z", "00-a-b-01");
  private static final byte[] KEY = CHANNEL.full().getBytes(StandardCharsets.UTF_8);
  private static final byte[] DATA = {'1'};

  @Test
  void anEventComesBackAsItWas() throws BadRecordException {
    RecordHeaders headers = new RecordHeaders();
    EventHeaders.writeEnvelope(headers, CHANNEL, ENVELOPE);
    EventHeaders.writeSequence(headers, 3, Long.MAX_VALUE / 10, -1);

    Event event = EventHeaders.readEvent(KEY, headers, DATA);

    assertEquals(CHANNEL, event.channel());
    assertEquals(ENVELOPE, event.envelope());
    assertEquals(3, event.epoch());
    assertEquals(Long.MAX_VALUE / 10, event.seq());
    assertEquals(-1, event.chain());
    assertArrayEquals(DATA, event.data());
    assertEquals("00922337203685477580", text(headers, EventHeaders.SEQUENCE));
    assertEquals("1.0", text(headers, "ce_specversion"));
    assertEquals("/tailrace/demo", text(headers, "ce_source"));
    assertEquals("chat:a", text(headers, "ce_subject"));
  }

  @Test
  void aPositionComesBackAndWhatIsMissingIsNamed() throws BadRecordException {
    RecordHeaders headers = new RecordHeaders();
    Position position = new Position(1, 2, 3, 4, 5);
    EventHeaders.writePosition(headers, position);

    assertEquals(position, EventHeaders.readPosition(headers));
    BadRecordException missing =
        assertThrows(BadRecordException.class, () -> EventHeaders.readOutbox(KEY, headers, DATA));
    assertTrue(String.valueOf(missing.getMessage()).contains("ce_id"), missing.getMessage());
    assertThrows(BadRecordException.class, () -> EventHeaders.channelOf(null));
    assertThrows(BadRecordException.class, () -> EventHeaders.channelOf(DATA));
  }

  @Test
  void theCommitTimeIsReadFromItsHeader() throws BadRecordException {
    RecordHeaders headers = new RecordHeaders();
    assertThrows(BadRecordException.class, () -> EventHeaders.commitMs(headers));
    EventHeaders.writeEnvelope(headers, CHANNEL, ENVELOPE);

    assertEquals(1_767_225_600_000L, EventHeaders.commitMs(headers));

    headers.add("ce_time", "yesterday".getBytes(StandardCharsets.UTF_8));
    assertThrows(BadRecordException.class, () -> EventHeaders.commitMs(headers));
  }

  @Test
  void aMarkTellsItsEpochAndAnEventIsNone() {
    RecordHeaders mark = new RecordHeaders();
    EpochMark.write(mark, 7);
    RecordHeaders event = new RecordHeaders();
    EventHeaders.writeSequence(event, 7, 1, 0);

    assertTrue(EpochMark.is(mark));
    assertEquals(7, EpochMark.epochOf(mark));
    assertFalse(EpochMark.is(event));
    assertEquals(0, EpochMark.epochOf(event));
  }

  private static String text(RecordHeaders headers, String name) {
    return new String(headers.lastHeader(name).value(), StandardCharsets.UTF_8);
  }
}
