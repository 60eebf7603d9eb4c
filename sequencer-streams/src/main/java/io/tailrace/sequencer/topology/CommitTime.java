package io.tailrace.sequencer.topology;

import io.tailrace.schemas.topic.BadRecordException;
import io.tailrace.schemas.topic.EventHeaders;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.streams.processor.TimestampExtractor;

/**
 * The commit time. In the log of events it is the record's own time; the outbox topic's times are
 * those of arrival, and the row carries it in a header. A record without one keeps its arrival and
 * does not stop the thread.
 */
public final class CommitTime implements TimestampExtractor {
  @Override
  public long extract(ConsumerRecord<Object, Object> record, long partitionTime) {
    if (record.timestampType() != TimestampType.LOG_APPEND_TIME) {
      return Math.max(0, record.timestamp());
    }
    try {
      return Math.max(0, EventHeaders.commitMs(record.headers()));
    } catch (BadRecordException e) {
      return Math.max(0, record.timestamp());
    }
  }
}
