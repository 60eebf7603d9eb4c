package io.tailrace.relay.slot;

import io.tailrace.schemas.event.Position;
import io.tailrace.schemas.topic.BadRecordException;
import io.tailrace.schemas.topic.EventHeaders;
import io.tailrace.schemas.topic.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads the end of the outbox topic: per partition, the last record that is no repeat.
 *
 * <p>How far back: until a record from before the slot's confirmed place has been seen. Streams
 * begin at that place or, if they are older, before it; what they repeat lies behind it. So a row
 * that was accepted and never confirmed cannot hide behind its repeats, however many there are.
 */
public final class LogEnd {
  /** A restart repeats at most a batch or two, as a rule. */
  private static final long RECORDS_BACK = 2_000;

  /** How much further back it is looked each time that was not enough. */
  private static final int FURTHER = 8;

  private static final Duration POLL = Duration.ofMillis(200);
  private static final int POLLS_MAX = 150;

  private final Consumer<byte[], byte[]> consumer;
  private final int incarnation;
  private final long confirmed;
  private final Map<TopicPartition, LastAccepted> last = new HashMap<>();
  private final Set<TopicPartition> reachedConfirmed = new HashSet<>();

  private LogEnd(Consumer<byte[], byte[]> consumer, int incarnation, long confirmed) {
    this.consumer = consumer;
    this.incarnation = incarnation;
    this.confirmed = confirmed;
  }

  /**
   * The last accepted record of each partition that has one.
   *
   * @param consumer without a group; left assigned
   * @param incarnation of the slot
   * @param confirmed up to where the slot was told that all is safe
   * @throws SlotException where Kafka delivers nothing for half a minute
   */
  public static List<LastAccepted> read(
      Consumer<byte[], byte[]> consumer, int incarnation, long confirmed) {
    return new LogEnd(consumer, incarnation, confirmed).read();
  }

  private List<LastAccepted> read() {
    List<TopicPartition> partitions = new ArrayList<>();
    for (PartitionInfo info : consumer.partitionsFor(Topics.OUTBOX)) {
      partitions.add(new TopicPartition(Topics.OUTBOX, info.partition()));
    }
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
    Map<TopicPartition, Long> begins = consumer.beginningOffsets(partitions);
    long back = RECORDS_BACK;
    while (!partitions.isEmpty()) {
      consumer.assign(partitions);
      Set<TopicPartition> whole = new HashSet<>();
      for (TopicPartition partition : partitions) {
        long begin = begins.getOrDefault(partition, 0L);
        long from = Math.max(begin, ends.getOrDefault(partition, 0L) - back);
        if (from == begin) {
          whole.add(partition);
        }
        last.remove(partition);
        consumer.seek(partition, from);
      }
      readToEnd(partitions, ends);
      partitions.removeIf(p -> whole.contains(p) || reachedConfirmed.contains(p));
      back *= FURTHER;
    }
    return List.copyOf(last.values());
  }

  private void readToEnd(List<TopicPartition> partitions, Map<TopicPartition, Long> ends) {
    int polls = 0;
    while (!passed(partitions, ends)) {
      if (polls++ == POLLS_MAX) {
        throw new SlotException(
            "Kafka did not deliver the end of tailrace.outbox within "
                + POLL.multipliedBy(POLLS_MAX).toSeconds()
                + " s: is the cluster at kafka.bootstrap healthy?");
      }
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        polls = 0;
        fold(record);
      }
    }
  }

  private boolean passed(List<TopicPartition> partitions, Map<TopicPartition, Long> ends) {
    for (TopicPartition partition : partitions) {
      if (consumer.position(partition) < ends.getOrDefault(partition, 0L)) {
        return false;
      }
    }
    return true;
  }

  private void fold(ConsumerRecord<byte[], byte[]> record) {
    TopicPartition partition = new TopicPartition(record.topic(), record.partition());
    LastAccepted before = last.get(partition);
    try {
      Position position = EventHeaders.readPosition(record.headers());
      if (position.incarnation() == incarnation
          && Long.compareUnsigned(position.after(), confirmed) < 0) {
        reachedConfirmed.add(partition);
      }
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
