package io.tailrace.standalone.doctor;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads a topic from a time to the end that it has now. One thread; a bounded wait. */
public final class TopicScan {
  private static final int FETCH_WAIT_MS = 10;
  private static final Duration POLL = Duration.ofMillis(500);
  private static final int SILENT_POLLS_MAX = 60;

  private final String bootstrap;
  private final long recordsMax;

  /**
   * A reader of topics.
   *
   * @param recordsMax so many records are read of a topic at most, each time
   */
  public TopicScan(String bootstrap, long recordsMax) {
    this.bootstrap = bootstrap;
    this.recordsMax = recordsMax;
  }

  /**
   * Gives every committed record whose time is not before {@code from} to the reader, until it says
   * that it has enough.
   *
   * @return whether all of them were read, or the reader had enough
   * @throws org.apache.kafka.common.KafkaException where Kafka does not answer
   */
  public boolean read(
      String topic, Instant from, Predicate<ConsumerRecord<byte[], byte[]>> enough) {
    try (Consumer<byte[], byte[]> consumer = consumer()) {
      Map<TopicPartition, Long> times = new HashMap<>();
      consumer
          .partitionsFor(topic)
          .forEach(each ->
              times.put(
                  new TopicPartition(topic, each.partition()), Math.max(0, from.toEpochMilli())));
      consumer.assign(times.keySet());
      Map<TopicPartition, Long> ends = consumer.endOffsets(times.keySet());
      Map<TopicPartition, OffsetAndTimestamp> begins = consumer.offsetsForTimes(times);
      ends.forEach((partition, end) -> {
        OffsetAndTimestamp begin = begins.get(partition);
        consumer.seek(partition, begin == null ? end : begin.offset());
      });
      long records = 0;
      int silent = 0;
      while (!passed(consumer, ends)) {
        var polled = consumer.poll(POLL);
        silent = polled.isEmpty() ? silent + 1 : 0;
        records += polled.count();
        for (ConsumerRecord<byte[], byte[]> record : polled) {
          if (enough.test(record)) {
            return true;
          }
        }
        if (silent == SILENT_POLLS_MAX || records > recordsMax) {
          return false;
        }
      }
      return true;
    }
  }

  private static boolean passed(Consumer<byte[], byte[]> consumer, Map<TopicPartition, Long> ends) {
    return ends.entrySet().stream()
        .allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
  }

  private Consumer<byte[], byte[]> consumer() {
    Map<String, Object> p = new HashMap<>();
    p.put("bootstrap.servers", bootstrap);
    p.put("client.id", "tailrace-scan");
    p.put("enable.auto.commit", false);
    p.put("auto.offset.reset", "earliest");
    p.put("max.poll.records", 5_000);
    // To the end and no further: a fetch that waits at one partition's end keeps the others
    // waiting.
    p.put("fetch.max.wait.ms", FETCH_WAIT_MS);
    p.put("isolation.level", "read_committed");
    p.put("default.api.timeout.ms", 15_000);
    return new KafkaConsumer<>(p, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }
}
