package io.tailrace.catchup;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.topic.ReceiptRecord;
import io.tailrace.schemas.topic.Topics;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** Writes the topic of receipts as gateways do, and reads what compaction would keep of it. */
final class ReceiptsLog implements AutoCloseable {
  private final String bootstrap;
  private final KafkaProducer<byte[], byte[]> producer;

  ReceiptsLog(String bootstrap) {
    this.bootstrap = bootstrap;
    this.producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", bootstrap),
            new ByteArraySerializer(),
            new ByteArraySerializer());
  }

  /** Says that somebody has read so far. */
  void read(Channel channel, String user, int epoch, long seq) {
    write(
        RunningCatchup.partitionOf(channel),
        new ReceiptRecord.Key(channel, user).text(),
        new String(new ReceiptRecord.Place(epoch, seq).json(), UTF_8));
  }

  /** Any record; it is in the topic when this returns. */
  void write(int partition, String key, @Nullable String value) {
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(
            Topics.RECEIPTS,
            partition,
            key.getBytes(UTF_8),
            value == null ? null : value.getBytes(UTF_8));
    try {
      producer.send(record).get();
    } catch (InterruptedException | ExecutionException e) {
      throw new AssertionError(e);
    }
  }

  /** The last value of every key. */
  Map<String, String> lasts() {
    Map<String, String> lasts = new HashMap<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", bootstrap),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      List<TopicPartition> all =
          IntStream.range(0, RunningCatchup.PARTITIONS)
              .mapToObj(partition -> new TopicPartition(Topics.RECEIPTS, partition))
              .toList();
      consumer.assign(all);
      consumer.seekToBeginning(all);
      Map<TopicPartition, Long> ends = consumer.endOffsets(all);
      while (all.stream().anyMatch(one -> consumer.position(one) < ends.getOrDefault(one, 0L))) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
          String key = new String(record.key(), UTF_8);
          if (record.value() == null) {
            lasts.remove(key);
          } else {
            lasts.put(key, new String(record.value(), UTF_8));
          }
        }
      }
    }
    return lasts;
  }

  @Override
  public void close() {
    producer.close();
  }
}
