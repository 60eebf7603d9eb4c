package io.tailrace.sequencer.deadletter;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tailrace.sequencer.emit.Decision;
import io.tailrace.sequencer.emit.Sequencing;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/**
 * How a dead letter is marked. Key, value and headers stay as they came; headers beginning with
 * {@code tr_} say why it is one and where it came from.
 */
public final class DeadLetters {
  /** Code of the reason, see {@link Decision.Reason}. */
  public static final String REASON = "tr_reason";

  /** The reason in words, without payload. */
  public static final String DETAIL = "tr_reason_detail";

  /** Topic, partition and offset that the record came from: {@code topic/partition/offset}. */
  public static final String ORIGIN = "tr_origin";

  /** Bytes of the value where it was too large even for a dead letter, and was left out. */
  public static final String VALUE_BYTES = "tr_value_bytes";

  private DeadLetters() {}

  /** The headers of the dead letter: a copy of those that came, and the reason. */
  public static Headers headers(
      Headers came, Decision.DeadLetter letter, String topic, int partition, long offset) {
    Headers headers = new RecordHeaders(came.toArray());
    headers.add(REASON, letter.reason().code().getBytes(UTF_8));
    headers.add(DETAIL, letter.detail().getBytes(UTF_8));
    headers.add(ORIGIN, (topic + '/' + partition + '/' + offset).getBytes(UTF_8));
    return headers;
  }

  /**
   * The value of the dead letter: as it came, or null where record and reason together would pass
   * what a broker takes. A letter that cannot be delivered would stop the channel.
   */
  public static byte @Nullable [] value(byte @Nullable [] came, int recordBytes, Headers headers) {
    if (came == null || recordBytes <= Sequencing.EVENT_BYTES_MAX) {
      return came;
    }
    headers.add(VALUE_BYTES, Integer.toString(came.length).getBytes(UTF_8));
    return null;
  }
}
