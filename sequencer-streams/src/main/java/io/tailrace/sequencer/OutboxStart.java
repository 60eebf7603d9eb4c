package io.tailrace.sequencer;

import io.tailrace.schemas.topic.Topics;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says once where the sequencer begins to read, so that Kafka need never choose. A consumer that
 * may choose jumps over rows that left the outbox topic before they were read, and says nothing;
 * one that may not stops.
 */
final class OutboxStart {
  private static final Logger LOG = LoggerFactory.getLogger(OutboxStart.class);
  private static final long WAIT_SECONDS = 30;

  /** Longer than a session: until then a process that is gone keeps the group from being empty. */
  private static final Duration MEMBERS_WAIT = Duration.ofSeconds(60);

  private static final long LOOK_EVERY_MS = 250;

  private OutboxStart() {}

  /**
   * Gives every partition that the group has not read yet its first offset. Kafka takes it only
   * while the group has no member, and forgets the offsets of a topic that is deleted: so a process
   * that comes back behind a topic made anew waits until its former self is given up, or until
   * another one has done it.
   *
   * @throws IllegalStateException where Kafka does not answer, or takes no offsets for a minute
   */
  static void ensure(Admin admin, String group, int partitions) {
    long deadline = System.nanoTime() + MEMBERS_WAIT.toNanos();
    try {
      while (!tryEnsure(admin, group, partitions)) {
        if (System.nanoTime() - deadline > 0) {
          throw new IllegalStateException(
              "Kafka does not take the sequencer's first offsets: does another sequencer run that"
                  + " was started before the topics were made anew? Stop it, then start again");
        }
        TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while looking at the outbox topic", e);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException(
          "Kafka did not tell or take the sequencer's offsets; is kafka.bootstrap right?", e);
    }
  }

  /** Whether every partition has an offset now. */
  private static boolean tryEnsure(Admin admin, String group, int partitions)
      throws InterruptedException, ExecutionException, TimeoutException {
    Map<TopicPartition, OffsetAndMetadata> known =
        admin
            .listConsumerGroupOffsets(group)
            .partitionsToOffsetAndMetadata()
            .get(WAIT_SECONDS, TimeUnit.SECONDS);
    Map<TopicPartition, OffsetSpec> unread = new HashMap<>();
    for (int i = 0; i < partitions; i++) {
      TopicPartition partition = new TopicPartition(Topics.OUTBOX, i);
      if (known.get(partition) == null) {
        unread.put(partition, OffsetSpec.earliest());
      }
    }
    return unread.isEmpty() || begin(admin, group, unread);
  }

  private static boolean begin(Admin admin, String group, Map<TopicPartition, OffsetSpec> unread)
      throws InterruptedException, ExecutionException, TimeoutException {
    Map<TopicPartition, OffsetAndMetadata> first = new HashMap<>();
    var earliest = admin.listOffsets(unread).all().get(WAIT_SECONDS, TimeUnit.SECONDS);
    earliest.forEach((partition, info) -> {
      first.put(partition, new OffsetAndMetadata(info.offset()));
      if (info.offset() > 0) {
        // True of a group whose offsets Kafka has forgotten, and of one that comes too late.
        LOG.atWarn()
            .addKeyValue("partition", partition.partition())
            .addKeyValue("offset", info.offset())
            .log("the sequencer has no offset here and the topic does not begin at 0");
      }
    });
    try {
      admin.alterConsumerGroupOffsets(group, first).all().get(WAIT_SECONDS, TimeUnit.SECONDS);
      return true;
    } catch (ExecutionException e) {
      LOG.atInfo()
          .addKeyValue("reason", String.valueOf(e.getCause()))
          .log("the sequencer's first offsets were not set");
      return false;
    }
  }
}
