package io.tailrace.sequencer.topology;

import io.tailrace.schemas.topic.BadRecordException;
import io.tailrace.schemas.topic.EventHeaders;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.streams.processor.TimestampExtractor;

/**
 * The commit time, which the row carries in a header: the outbox topic's own times are those of
 * arrival. A record without one keeps that and does not stop the thread.
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
