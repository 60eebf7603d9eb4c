package io.tailrace.write.ack;

import io.tailrace.schemas.topic.Topics;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Opens consumers of the log: committed events only, keys and headers only, no group. */
final class LogConsumer {
  private LogConsumer() {}

  static KafkaConsumer<String, Integer> open(String bootstrap, Map<String, Object> extra) {
    Map<String, Object> config = new HashMap<>(extra);
    config.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap);
    // A seq that is told must never turn out to be another event's.
    config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "latest");
    config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    config.put(ConsumerConfig.FETCH_MIN_BYTES_CONFIG, 1);
    config.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 4_000);
    return new KafkaConsumer<>(config, new StringDeserializer(), new Size());
  }

  /** All partitions of the log, or none where the topic does not exist yet. */
  static List<TopicPartition> partitions(KafkaConsumer<String, Integer> consumer) {
    List<TopicPartition> partitions = new ArrayList<>();
    for (PartitionInfo info : consumer.partitionsFor(Topics.EVENTS)) {
      partitions.add(new TopicPartition(info.topic(), info.partition()));
    }
    return partitions;
  }

  /** Leaves data where it is: only keys and headers are read here. */
  private static final class Size implements Deserializer<Integer> {
    @Override
    public Integer deserialize(String topic, byte[] data) {
      return data.length;
    }

    @Override
    public Integer deserialize(String topic, Headers headers, ByteBuffer data) {
      return data.remaining();
    }
  }
}
