package io.tailrace.sequencer.topology;

import io.tailrace.schemas.topic.BadRecordException;
import io.tailrace.schemas.topic.EventHeaders;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.streams.processor.TimestampExtractor;

/**
 * The commit time, which rows and events carry in a header. The outbox topic's own times are those
 * of arrival, and the record that Streams hands over always calls its time the producer's, so it
 * cannot be told from the record which of the two it is. A record without the header keeps its own
 * time and does not stop the thread.
 */
public final class CommitTime implements TimestampExtractor {
  @Override
  public long extract(ConsumerRecord<Object, Object> record, long partitionTime) {
    try {
      return Math.max(0, EventHeaders.commitMs(record.headers()));
    } catch (BadRecordException e) {
      return Math.max(0, record.timestamp());
    }
  }
}
