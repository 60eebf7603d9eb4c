package io.tailrace.relay;

import io.tailrace.schemas.event.OutboxRecord;
import io.tailrace.schemas.event.Position;
import io.tailrace.schemas.topic.BadRecordException;
import io.tailrace.schemas.topic.EventHeaders;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads a topic from its start to its end as it is now. */
record OutboxLog(List<ConsumerRecord<byte[], byte[]>> records) {

  static OutboxLog read(String bootstrap, String topic) {
    Map<String, Object> p = Map.of("bootstrap.servers", bootstrap, "enable.auto.commit", false);
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(p, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic).stream()
              .map(info -> new TopicPartition(topic, info.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
      while (ends.entrySet().stream().anyMatch(e -> consumer.position(e.getKey()) < e.getValue())) {
        consumer.poll(Duration.ofMillis(100)).forEach(records::add);
      }
      return new OutboxLog(records);
    }
  }

  static OutboxRecord parse(ConsumerRecord<byte[], byte[]> record) {
    try {
      return EventHeaders.readOutbox(record.key(), record.headers(), record.value());
    } catch (BadRecordException e) {
      throw new AssertionError(e);
    }
  }

  /** What the sequencer would accept, in order per partition. */
  List<OutboxRecord> accepted() {
    Map<Integer, Position> last = new HashMap<>();
    List<OutboxRecord> accepted = new ArrayList<>();
    for (ConsumerRecord<byte[], byte[]> record : records) {
      OutboxRecord outbox = parse(record);
      if (!outbox.position().repeats(last.get(record.partition()))) {
        last.put(record.partition(), outbox.position());
        accepted.add(outbox);
      }
    }
    return accepted;
  }

  /** Ids of the accepted rows of a channel, in order. */
  List<String> ids(String channel) {
    return accepted().stream()
        .filter(row -> row.channel().name().equals(channel))
        .map(row -> row.envelope().id())
        .toList();
  }
}
