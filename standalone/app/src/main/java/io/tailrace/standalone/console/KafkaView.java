package io.tailrace.standalone.console;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tailrace.schemas.topic.Topics;
import io.tailrace.sequencer.store.HistoryOptions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * How far the topics reach and how far their readers have come. Any thread; Kafka is asked by one
 * at a time, and what was learnt is good for some two seconds.
 */
final class KafkaView {
  private static final long GOOD_FOR_NANOS = TimeUnit.MILLISECONDS.toNanos(1_500);
  private static final long WAIT_SECONDS = 5;
  private static final JsonMapper JSON = new JsonMapper();

  private final String bootstrap;
  private final LongSupplier nanoTime;
  private final ReentrantLock asking = new ReentrantLock();
  private @Nullable Look last;

  KafkaView(String bootstrap, LongSupplier nanoTime) {
    this.bootstrap = bootstrap;
    this.nanoTime = nanoTime;
  }

  /**
   * What was seen.
   *
   * @param stored per partition of the log of events, up to where the stores have it; empty: Kafka
   *     could not be asked
   */
  private record Look(long atNanos, ObjectNode shown, Map<Integer, Long> stored) {}

  /** Ends and lags in records; {@code away} where Kafka does not answer. */
  ObjectNode look() throws InterruptedException {
    return seen().shown();
  }

  /** Whether the stores have a record of the log of events. */
  boolean isStored(int partition, long offset) throws InterruptedException {
    return seen().stored().getOrDefault(partition, 0L) > offset;
  }

  private Look seen() throws InterruptedException {
    asking.lockInterruptibly();
    try {
      Look seen = last;
      if (seen == null || nanoTime.getAsLong() - seen.atNanos() > GOOD_FOR_NANOS) {
        seen = ask();
        last = seen;
      }
      return seen;
    } finally {
      asking.unlock();
    }
  }

  private Look ask() throws InterruptedException {
    ObjectNode shown = JSON.createObjectNode();
    try (Admin admin =
        Admin.create(
            Map.of(
                "bootstrap.servers",
                bootstrap,
                "client.id",
                "tailrace-console",
                "default.api.timeout.ms",
                "5000",
                "request.timeout.ms",
                "3000"))) {
      Map<TopicPartition, Long> outbox =
          ends(admin, Topics.OUTBOX, IsolationLevel.READ_UNCOMMITTED);
      Map<TopicPartition, Long> events = ends(admin, Topics.EVENTS, IsolationLevel.READ_COMMITTED);
      Map<TopicPartition, Long> numbered = read(admin, Topics.SEQUENCER_GROUP);
      Map<TopicPartition, Long> stored = read(admin, HistoryOptions.APPLICATION_ID);
      shown.put("outboxEnd", sum(outbox));
      shown.put("eventsEnd", sum(events));
      shown.put("sequencerLag", lag(outbox, numbered));
      shown.put("catchupLag", lag(events, stored));
      shown.put("partitions", outbox.size());
      Map<Integer, Long> upTo = new HashMap<>();
      stored.forEach((partition, offset) -> {
        if (partition.topic().equals(Topics.EVENTS)) {
          upTo.put(partition.partition(), offset);
        }
      });
      return new Look(nanoTime.getAsLong(), shown, upTo);
    } catch (KafkaException | ExecutionException | TimeoutException e) {
      shown.removeAll();
      shown.put("away", true);
      return new Look(nanoTime.getAsLong(), shown, Map.of());
    }
  }

  private static Map<TopicPartition, Long> ends(Admin admin, String topic, IsolationLevel isolation)
      throws InterruptedException, ExecutionException, TimeoutException {
    Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
    admin
        .describeTopics(List.of(topic))
        .allTopicNames()
        .get(WAIT_SECONDS, TimeUnit.SECONDS)
        .values()
        .forEach(each ->
            each.partitions()
                .forEach(partition ->
                    latest.put(
                        new TopicPartition(topic, partition.partition()), OffsetSpec.latest())));
    Map<TopicPartition, Long> ends = new HashMap<>();
    admin
        .listOffsets(latest, new ListOffsetsOptions(isolation))
        .all()
        .get(WAIT_SECONDS, TimeUnit.SECONDS)
        .forEach((partition, end) -> ends.put(partition, end.offset()));
    return ends;
  }

  private static Map<TopicPartition, Long> read(Admin admin, String group)
      throws InterruptedException, ExecutionException, TimeoutException {
    Map<TopicPartition, OffsetAndMetadata> found =
        admin
            .listConsumerGroupOffsets(group)
            .partitionsToOffsetAndMetadata()
            .get(WAIT_SECONDS, TimeUnit.SECONDS);
    Map<TopicPartition, Long> read = new HashMap<>();
    found.forEach((partition, at) -> {
      if (at != null) {
        read.put(partition, at.offset());
      }
    });
    return read;
  }

  private static long sum(Map<TopicPartition, Long> offsets) {
    return offsets.values().stream().mapToLong(Long::longValue).sum();
  }

  private static long lag(Map<TopicPartition, Long> ends, Map<TopicPartition, Long> read) {
    long lag = 0;
    for (Map.Entry<TopicPartition, Long> end : ends.entrySet()) {
      lag += Math.max(0, end.getValue() - read.getOrDefault(end.getKey(), 0L));
    }
    return lag;
  }
}
