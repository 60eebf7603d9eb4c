package io.tailrace.relay.rebuild;

import io.tailrace.relay.slot.SlotException;
import io.tailrace.schemas.topic.Topics;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * Where the sequencer goes on. One that stands at rows which have left the topic, or behind its
 * end, has stopped for good and would stop again; what it missed is about to come anew, so it is
 * put to the end.
 */
final class SequencerPlace {
  private static final long WAIT_SECONDS = 30;

  /** Longer than the sequencer's session: one that was killed is still a member for a while. */
  private static final Duration MEMBERS_WAIT = Duration.ofSeconds(15);

  private SequencerPlace() {}

  /**
   * Moves the sequencer where it could not go on; to be called before anything is published.
   *
   * @return whether it was moved
   * @throws SlotException where it must be moved while it runs, or Kafka does not answer
   */
  static boolean repair(Admin admin) throws InterruptedException {
    try {
      Map<TopicPartition, OffsetAndMetadata> known =
          admin
              .listConsumerGroupOffsets(Topics.SEQUENCER_GROUP)
              .partitionsToOffsetAndMetadata()
              .get(WAIT_SECONDS, TimeUnit.SECONDS);
      Map<TopicPartition, Long> read = new HashMap<>();
      known.forEach((partition, offset) -> {
        if (partition.topic().equals(Topics.OUTBOX) && offset != null) {
          read.put(partition, offset.offset());
        }
      });
      var begins = offsets(admin, read.keySet(), OffsetSpec.earliest());
      var ends = offsets(admin, read.keySet(), OffsetSpec.latest());
      Map<TopicPartition, OffsetAndMetadata> moved = new HashMap<>();
      boolean astray = false;
      for (Map.Entry<TopicPartition, Long> entry : read.entrySet()) {
        long at = entry.getValue();
        long end = ends.getOrDefault(entry.getKey(), 0L);
        astray |= at < begins.getOrDefault(entry.getKey(), 0L) || at > end;
        moved.put(entry.getKey(), new OffsetAndMetadata(end));
      }
      if (astray) {
        move(admin, moved);
      }
      return astray;
    } catch (ExecutionException | TimeoutException e) {
      throw new SlotException(
          "Kafka did not tell or take the sequencer's offsets; is kafka.bootstrap right?", e);
    }
  }

  private static Map<TopicPartition, Long> offsets(
      Admin admin, Set<TopicPartition> partitions, OffsetSpec which)
      throws InterruptedException, ExecutionException, TimeoutException {
    Map<TopicPartition, OffsetSpec> query = new HashMap<>();
    partitions.forEach(partition -> query.put(partition, which));
    Map<TopicPartition, Long> offsets = new HashMap<>();
    admin
        .listOffsets(query)
        .all()
        .get(WAIT_SECONDS, TimeUnit.SECONDS)
        .forEach((partition, info) -> offsets.put(partition, info.offset()));
    return offsets;
  }

  private static void move(Admin admin, Map<TopicPartition, OffsetAndMetadata> to)
      throws InterruptedException, TimeoutException {
    long deadline = System.nanoTime() + MEMBERS_WAIT.toNanos();
    while (true) {
      try {
        admin
            .alterConsumerGroupOffsets(Topics.SEQUENCER_GROUP, to)
            .all()
            .get(WAIT_SECONDS, TimeUnit.SECONDS);
        return;
      } catch (ExecutionException e) {
        if (System.nanoTime() - deadline > 0) {
          throw new SlotException(
              "Rows have left tailrace.outbox before the sequencer read them, and it can be told to"
                  + " go on behind them only while it does not run: stop every sequencer, then run"
                  + " `tailrace rebuild` again.",
              e);
        }
        TimeUnit.MILLISECONDS.sleep(500);
      }
    }
  }
}
