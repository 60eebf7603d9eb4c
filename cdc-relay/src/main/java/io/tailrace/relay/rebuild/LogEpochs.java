package io.tailrace.relay.rebuild;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tailrace.schemas.topic.BadRecordException;
import io.tailrace.schemas.topic.EventHeaders;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;

/**
 * The highest incarnation that a topic has seen. Positions and epochs never fall along a partition,
 * save for what late relays append, which is little: its end is enough.
 */
final class LogEpochs {
  private static final long RECORDS_BACK = 2_000;
  private static final Duration POLL = Duration.ofMillis(200);
  private static final int POLLS_MAX = 150;

  private LogEpochs() {}

  /**
   * Looks at the end of every partition of a topic; 0 where it has no record.
   *
   * @param consumer of uncommitted records, without a group; left assigned
   * @throws IllegalStateException where Kafka does not deliver within half a minute
   */
  static int highest(Consumer<byte[], byte[]> consumer, String topic) {
    List<TopicPartition> partitions = new ArrayList<>();
    for (PartitionInfo info : consumer.partitionsFor(topic)) {
      partitions.add(new TopicPartition(topic, info.partition()));
    }
    consumer.assign(partitions);
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
    Map<TopicPartition, Long> begins = consumer.beginningOffsets(partitions);
    ends.forEach((partition, end) ->
        consumer.seek(partition, Math.max(begins.getOrDefault(partition, 0L), end - RECORDS_BACK)));
    int highest = 0;
    int polls = 0;
    while (ends.entrySet().stream()
        .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
      if (polls++ == POLLS_MAX) {
        throw new IllegalStateException(
            "Kafka does not deliver " + topic + ": is the cluster at kafka.bootstrap healthy?");
      }
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        highest = Math.max(highest, of(record.headers()));
      }
    }
    return highest;
  }

  private static int of(Headers headers) {
    Header epoch = headers.lastHeader(EventHeaders.EPOCH);
    try {
      return epoch == null
          ? EventHeaders.readPosition(headers).incarnation()
          : Integer.parseInt(new String(epoch.value(), UTF_8));
    } catch (BadRecordException | NumberFormatException e) {
      // A record of somebody else's.
      return 0;
    }
  }
}
