package io.tailrace.relay.publish;

import io.tailrace.relay.translate.SourceRow;
import io.tailrace.relay.translate.Translated;
import io.tailrace.schemas.event.OutboxRecord;
import io.tailrace.schemas.event.Position;
import io.tailrace.schemas.topic.EpochMark;
import io.tailrace.schemas.topic.EventHeaders;
import io.tailrace.schemas.topic.Topics;
import java.nio.charset.StandardCharsets;
import java.util.function.ToIntFunction;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * Rows as Kafka records. The commit time stands in {@code ce_time}; the record's own time is left
 * to the broker, so that an old row does not arrive already expired. What does not fit into a
 * message becomes a dead letter without its data, which stays in the table.
 */
final class Outgoing {
  /** Why a record is a dead letter: a code, as the sequencer's dead letters have it. */
  static final String REASON = "tr_reason";

  /** The same in words. */
  static final String DETAIL = "tr_reason_detail";

  /** Size of the value that was left out. */
  static final String VALUE_BYTES = "tr_value_bytes";

  private final ToIntFunction<String> placement;
  private final long recordBytesMax;

  /**
   * A maker of records.
   *
   * @param placement the partition of a channel's records in the outbox topic
   * @param recordBytesMax the smaller of what the producer sends and what the topic takes
   */
  Outgoing(ToIntFunction<String> placement, long recordBytesMax) {
    this.placement = placement;
    this.recordBytesMax = recordBytesMax;
  }

  ProducerRecord<byte[], byte[]> record(Translated translated) {
    return switch (translated) {
      case Translated.Row row -> outbox(row);
      case Translated.Unfit unfit -> unfit(unfit);
    };
  }

  /** The mark of a complete rebuild for one partition. */
  static ProducerRecord<byte[], byte[]> mark(int partition, Position position) {
    Headers headers = new RecordHeaders();
    EpochMark.write(headers);
    EventHeaders.writePosition(headers, position);
    return new ProducerRecord<byte[], byte[]>(Topics.OUTBOX, partition, null, null, null, headers);
  }

  private ProducerRecord<byte[], byte[]> outbox(Translated.Row row) {
    OutboxRecord outbox = row.outbox();
    String channel = outbox.channel().full();
    byte[] key = utf8(channel);
    Headers headers = new RecordHeaders();
    EventHeaders.writeEnvelope(headers, outbox.channel(), outbox.envelope());
    EventHeaders.writePosition(headers, outbox.position());
    long size = RecordSize.upperBound(key, headers, outbox.data());
    if (size > recordBytesMax) {
      headers.add(VALUE_BYTES, utf8(Integer.toString(outbox.data().length)));
      reason(
          headers,
          "oversized",
          "the event takes up to "
              + size
              + " bytes as a message, at most "
              + recordBytesMax
              + " can be sent; its data stays in tailrace.outbox under its id");
      return deadLetter(key, headers);
    }
    return new ProducerRecord<>(
        Topics.OUTBOX, placement.applyAsInt(channel), null, key, outbox.data(), headers);
  }

  private static ProducerRecord<byte[], byte[]> unfit(Translated.Unfit unfit) {
    SourceRow source = unfit.source();
    Headers headers = new RecordHeaders();
    headers.add(EventHeaders.ID, utf8(source.id()));
    EventHeaders.writePosition(headers, unfit.position());
    reason(headers, "unreadable", unfit.reason());
    byte[] key = utf8(source.tenant() + '/' + source.channel());
    return deadLetter(key, headers);
  }

  private static void reason(Headers headers, String code, String detail) {
    headers.add(REASON, utf8(code));
    headers.add(DETAIL, utf8(detail));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static ProducerRecord<byte[], byte[]> deadLetter(byte[] key, Headers headers) {
    return new ProducerRecord<byte[], byte[]>(Topics.DEADLETTER, null, null, key, null, headers);
  }
}
