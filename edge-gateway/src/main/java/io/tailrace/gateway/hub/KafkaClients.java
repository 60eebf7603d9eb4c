package io.tailrace.gateway.hub;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Makes the hub's Kafka clients. None of them waits long for anything.
 *
 * @param bootstrap this region's Kafka
 * @param home the home region's, to which is written what is durable
 */
public record KafkaClients(String bootstrap, String home) {
  private static final int DAY_MS = 86_400_000;

  Consumer<byte[], byte[]> consumer() {
    Map<String, Object> settings = new HashMap<>();
    settings.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap);
    settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    // A topic that was made anew is read from its end.
    settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "latest");
    settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    settings.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 2000);
    settings.put(ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG, 2000);
    settings.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 500);
    settings.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, 4 << 20);
    settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 2000);
    settings.put(ConsumerConfig.METADATA_MAX_AGE_CONFIG, 30_000);
    settings.put(ConsumerConfig.CLIENT_ID_CONFIG, "edge-gateway-hub");
    return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  /**
   * A producer that refuses what it cannot take at once.
   *
   * @param durable whether a record is to be at home, on all replicas, before it counts as taken
   */
  Producer<byte[], byte[]> producer(boolean durable) {
    Map<String, Object> settings = new HashMap<>();
    settings.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, durable ? home : bootstrap);
    settings.put(ProducerConfig.ACKS_CONFIG, durable ? "all" : "1");
    settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, durable);
    settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 0);
    settings.put(ProducerConfig.LINGER_MS_CONFIG, 5);
    settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 1500);
    settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, durable ? 10_000 : 2000);
    settings.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 8 << 20);
    // Nothing is known of a topic that is forgotten, and what is sent meanwhile would be dropped.
    settings.put(ProducerConfig.METADATA_MAX_IDLE_CONFIG, DAY_MS);
    settings.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
    settings.put(
        ProducerConfig.CLIENT_ID_CONFIG, durable ? "edge-gateway-hub-durable" : "edge-gateway-hub");
    return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
  }
}
