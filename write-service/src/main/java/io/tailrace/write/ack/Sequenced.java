package io.tailrace.write.ack;

import io.tailrace.schemas.topic.EventHeaders;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * The place that an event got.
 *
 * @param channel in full, the key of its record
 * @param id one sender's own, so that it names an event within its channel only
 * @param time commit time as every path shows it
 * @param traceId of the write that made it, where it is known
 */
public record Sequenced(
    String channel, String id, int epoch, long seq, String time, @Nullable String traceId) {
  private static final int TRACE_ID_FROM = 3;
  private static final int TRACE_ID_TO = 35;

  /**
   * Reads what is needed in one pass over the headers, since every event of the log comes by here;
   * null where it is no event.
   *
   * @param channel the record's key
   */
  static @Nullable Sequenced read(@Nullable String channel, Headers headers) {
    String id = null;
    String time = null;
    String traceparent = null;
    long epoch = -1;
    long seq = -1;
    for (Header header : headers) {
      switch (header.key()) {
        case EventHeaders.ID -> id = text(header);
        case EventHeaders.EPOCH -> epoch = number(header);
        case EventHeaders.SEQUENCE -> seq = number(header);
        case "ce_time" -> time = text(header);
        case "traceparent" -> traceparent = text(header);
        default -> {}
      }
    }
    if (channel == null || id == null || time == null || epoch < 0 || seq < 0) {
      return null;
    }
    String traceId =
        traceparent == null || traceparent.length() < TRACE_ID_TO
            ? null
            : traceparent.substring(TRACE_ID_FROM, TRACE_ID_TO);
    return new Sequenced(channel, id, (int) epoch, seq, time, traceId);
  }

  private static String text(Header header) {
    byte[] value = header.value();
    return value == null ? "" : new String(value, StandardCharsets.UTF_8);
  }

  private static long number(Header header) {
    byte[] digits = header.value();
    if (digits == null || digits.length == 0) {
      return -1;
    }
    long number = 0;
    for (byte digit : digits) {
      if (digit < '0' || digit > '9') {
        return -1;
      }
      number = number * 10 + (digit - '0');
    }
    return number;
  }
}
