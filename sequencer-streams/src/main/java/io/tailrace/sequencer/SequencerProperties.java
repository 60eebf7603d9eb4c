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

  /**
   * A transaction must be allowed to last for some commit intervals, however short a session is.
   */
  private static final int COMMITS_IN_TRANSACTION = 4;

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
    producer(properties, config);
    // A changelog of 20 bytes per channel must not wait for a segment of a gigabyte to be
    // compacted.
    properties.put(StreamsConfig.topicPrefix(TopicConfig.SEGMENT_BYTES_CONFIG), 64 * 1024 * 1024);
    return properties;
  }

  private static void consumer(Properties properties, SequencerConfig config) {
    GroupPlace.put(properties, instance(config), config.session());
    // Never over a hole: see OutboxStart.
    put(
        properties,
        StreamsConfig.mainConsumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG),
        "none");
    put(properties, StreamsConfig.consumerPrefix(ConsumerConfig.FETCH_MIN_BYTES_CONFIG), 1);
    put(properties, StreamsConfig.consumerPrefix(ConsumerConfig.MAX_POLL_RECORDS_CONFIG), 2000);
  }

  /** The name of this process in its group. */
  static String instance(SequencerConfig config) {
    return InstanceName.of(config.instance(), config.stateDir());
  }

  private static void producer(Properties properties, SequencerConfig config) {
    // Streams sets 100 ms, which every event would wait.
    put(properties, StreamsConfig.producerPrefix(ProducerConfig.LINGER_MS_CONFIG), 0);
    put(properties, StreamsConfig.producerPrefix(ProducerConfig.BATCH_SIZE_CONFIG), 128 * 1024);
    // Whoever takes over waits until a dead sequencer's open transaction is aborted, and so do all
    // readers of committed events: no longer than until the sequencer itself is given up.
    put(
        properties,
        StreamsConfig.producerPrefix(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG),
        Math.toIntExact(
            Math.max(
                config.session().toMillis(),
                COMMITS_IN_TRANSACTION * config.commitInterval().toMillis())));
  }

  private static void put(Properties properties, String name, Object value) {
    properties.put(name, value);
  }
}
