package io.tailrace.relay.slot;

import io.tailrace.schemas.event.Position;
import io.tailrace.schemas.topic.BadRecordException;
import io.tailrace.schemas.topic.EventHeaders;
import io.tailrace.schemas.topic.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;

/** Reads the end of the outbox topic: per partition, the last record that is no repeat. */
public final class LogEnd {
  /** A restart repeats at most a batch or two; further back lies only what is surely older. */
  private static final int RECORDS_BACK = 2_000;

  private static final Duration POLL = Duration.ofMillis(200);
  private static final int POLLS_MAX = 150;

  private LogEnd() {}

  /**
   * The last accepted record of each partition that has one.
   *
   * @param consumer without a group; left assigned
   * @throws SlotException where Kafka does not deliver within half a minute
   */
  public static List<LastAccepted> read(Consumer<byte[], byte[]> consumer) {
    List<TopicPartition> partitions = new ArrayList<>();
    for (PartitionInfo info : consumer.partitionsFor(Topics.OUTBOX)) {
      partitions.add(new TopicPartition(Topics.OUTBOX, info.partition()));
    }
    consumer.assign(partitions);
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
    Map<TopicPartition, Long> begins = consumer.beginningOffsets(partitions);
    Map<TopicPartition, LastAccepted> last = new HashMap<>();
    for (TopicPartition partition : partitions) {
      long end = ends.getOrDefault(partition, 0L);
      long begin = begins.getOrDefault(partition, 0L);
      consumer.seek(partition, Math.max(begin, end - RECORDS_BACK));
    }
    int polls = 0;
    while (!passed(consumer, ends)) {
      if (polls++ == POLLS_MAX) {
        throw new SlotException(
            "Kafka did not deliver the end of tailrace.outbox within "
                + POLL.multipliedBy(POLLS_MAX).toSeconds()
                + " s: is the cluster at kafka.bootstrap healthy?");
      }
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        fold(last, record);
      }
    }
    return List.copyOf(last.values());
  }

  private static boolean passed(Consumer<byte[], byte[]> consumer, Map<TopicPartition, Long> ends) {
    for (Map.Entry<TopicPartition, Long> end : ends.entrySet()) {
      if (consumer.position(end.getKey()) < end.getValue()) {
        return false;
      }
    }
    return true;
  }

  private static void fold(
      Map<TopicPartition, LastAccepted> last, ConsumerRecord<byte[], byte[]> record) {
    TopicPartition partition = new TopicPartition(record.topic(), record.partition());
    LastAccepted before = last.get(partition);
    try {
      Position position = EventHeaders.readPosition(record.headers());
      String id = EventHeaders.idOf(record.headers());
      if (id != null && !position.repeats(before == null ? null : before.position())) {
        last.put(
            partition,
            new LastAccepted(
                record.partition(), position, id, EventHeaders.commitMs(record.headers())));
      }
    } catch (BadRecordException e) {
      // Not a row (or an end mark of a rebuild): the sequencer has dealt with it.
      return;
    }
  }
}
