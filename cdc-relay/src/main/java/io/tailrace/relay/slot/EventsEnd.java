package io.tailrace.relay.slot;

import static java.nio.charset.StandardCharsets.UTF_8;

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
import org.apache.kafka.common.header.Header;

/** Reads the end of the log of events: per partition, the last event of one epoch. */
public final class EventsEnd {
  /** Markers of transactions take offsets too, one for each commit of a partition. */
  private static final long OFFSETS_BACK = 500;

  private static final Duration POLL = Duration.ofMillis(200);
  private static final int POLLS_MAX = 150;

  private EventsEnd() {}

  /**
   * The last event of each partition that has one of this epoch near its end.
   *
   * @param consumer without a group; left assigned
   * @throws SlotException where Kafka delivers nothing for half a minute
   */
  public static List<LastNumbered> read(Consumer<byte[], byte[]> consumer, int epoch) {
    List<TopicPartition> partitions = new ArrayList<>();
    for (PartitionInfo info : consumer.partitionsFor(Topics.EVENTS)) {
      partitions.add(new TopicPartition(Topics.EVENTS, info.partition()));
    }
    consumer.assign(partitions);
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
    Map<TopicPartition, Long> begins = consumer.beginningOffsets(partitions);
    ends.forEach((partition, end) ->
        consumer.seek(partition, Math.max(begins.getOrDefault(partition, 0L), end - OFFSETS_BACK)));
    Map<Integer, LastNumbered> last = new HashMap<>();
    int polls = 0;
    while (ends.entrySet().stream()
        .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
      if (polls++ == POLLS_MAX) {
        throw new SlotException(
            "Kafka did not deliver the end of tailrace.events: is the cluster at kafka.bootstrap"
                + " healthy?");
      }
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        polls = 0;
        fold(last, record, epoch);
      }
    }
    return List.copyOf(last.values());
  }

  private static void fold(
      Map<Integer, LastNumbered> last, ConsumerRecord<byte[], byte[]> record, int epoch) {
    Header at = record.headers().lastHeader(EventHeaders.EPOCH);
    String id = EventHeaders.idOf(record.headers());
    if (at == null
        || id == null
        || !Integer.toString(epoch).equals(new String(at.value(), UTF_8))) {
      return;
    }
    try {
      last.put(
          record.partition(),
          new LastNumbered(record.partition(), id, EventHeaders.commitMs(record.headers())));
    } catch (BadRecordException e) {
      // No event of ours.
      return;
    }
  }
}
