package io.tailrace.sequencer.topology;

import io.tailrace.schemas.event.Position;
import io.tailrace.schemas.topic.BadRecordException;
import io.tailrace.schemas.topic.EpochMark;
import io.tailrace.schemas.topic.EventHeaders;
import io.tailrace.sequencer.emit.Input;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/** Reads a record of the outbox topic; what is none becomes a value, never an exception. */
final class OutboxReader {
  private OutboxReader() {}

  static Input read(byte @Nullable [] key, Headers headers, byte @Nullable [] value) {
    try {
      if (EpochMark.is(headers)) {
        return new Input.Mark(EventHeaders.readPosition(headers));
      }
      return new Input.Row(
          EventHeaders.readOutbox(key, headers, value), recordBytes(key, headers, value));
    } catch (BadRecordException e) {
      return new Input.Unreadable(position(headers), String.valueOf(e.getMessage()));
    }
  }

  /** Bytes of key, value and headers, without Kafka's few bytes of framing. */
  static int recordBytes(byte @Nullable [] key, Headers headers, byte @Nullable [] value) {
    int bytes = (key == null ? 0 : key.length) + (value == null ? 0 : value.length);
    for (Header header : headers) {
      byte[] content = header.value();
      bytes += header.key().length() + (content == null ? 0 : content.length);
    }
    return bytes;
  }

  private static @Nullable Position position(Headers headers) {
    try {
      return EventHeaders.readPosition(headers);
    } catch (BadRecordException e) {
      return null;
    }
  }
}
