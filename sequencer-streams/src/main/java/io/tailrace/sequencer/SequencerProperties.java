package io.tailrace.sequencer;

import io.tailrace.schemas.topic.Topics;
import io.tailrace.sequencer.topology.CommitTime;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.streams.StreamsConfig;

/** Kafka Streams' settings for the sequencer, each with its reason. */
final class SequencerProperties {
  static final String APPLICATION_ID = Topics.SEQUENCER_GROUP;

  /** Longest time that a dead sequencer's open transaction keeps readers of committed events. */
  private static final int TRANSACTION_TIMEOUT_MS = 10_000;

  private static final int CACHE_BYTES = 32 * 1024 * 1024;

  private SequencerProperties() {}

  static Properties of(SequencerConfig config) {
    Properties properties = new Properties();
    properties.put(StreamsConfig.APPLICATION_ID_CONFIG, APPLICATION_ID);
    properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, config.bootstrap());
    properties.put(StreamsConfig.STATE_DIR_CONFIG, config.stateDir().toString());
    properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    properties.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, config.commitInterval().toMillis());
    properties.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, config.threads());
    properties.put(StreamsConfig.NUM_STANDBY_REPLICAS_CONFIG, config.standbys());
    properties.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, config.replication());
    properties.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, (long) CACHE_BYTES);
    properties.put(
        StreamsConfig.DEFAULT_TIMESTAMP_EXTRACTOR_CLASS_CONFIG, CommitTime.class.getName());
    consumer(properties, config);
    producer(properties);
    // A changelog of 20 bytes per channel must not wait for a segment of a gigabyte to be
    // compacted.
    properties.put(StreamsConfig.topicPrefix(TopicConfig.SEGMENT_BYTES_CONFIG), 64 * 1024 * 1024);
    return properties;
  }

  private static void consumer(Properties properties, SequencerConfig config) {
    // Static membership: a process that comes back within its session takes over from itself.
    put(
        properties,
        StreamsConfig.mainConsumerPrefix(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG),
        InstanceName.of(config.instance(), config.stateDir()));
    put(
        properties,
        StreamsConfig.mainConsumerPrefix(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG),
        Math.toIntExact(config.session().toMillis()));
    put(
        properties,
        StreamsConfig.mainConsumerPrefix(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG),
        Math.toIntExact(config.session().toMillis() / 4));
    // Never over a hole: see OutboxStart.
    put(
        properties,
        StreamsConfig.mainConsumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG),
        "none");
    put(properties, StreamsConfig.consumerPrefix(ConsumerConfig.FETCH_MIN_BYTES_CONFIG), 1);
    put(properties, StreamsConfig.consumerPrefix(ConsumerConfig.MAX_POLL_RECORDS_CONFIG), 2000);
  }

  private static void producer(Properties properties) {
    // Streams sets 100 ms, which every event would wait.
    put(properties, StreamsConfig.producerPrefix(ProducerConfig.LINGER_MS_CONFIG), 0);
    put(properties, StreamsConfig.producerPrefix(ProducerConfig.BATCH_SIZE_CONFIG), 128 * 1024);
    put(
        properties,
        StreamsConfig.producerPrefix(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG),
        TRANSACTION_TIMEOUT_MS);
  }

  private static void put(Properties properties, String name, Object value) {
    properties.put(name, value);
  }
}
