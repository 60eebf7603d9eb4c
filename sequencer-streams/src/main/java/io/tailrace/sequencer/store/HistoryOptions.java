package io.tailrace.sequencer.store;

import io.tailrace.schemas.topic.Placement;
import io.tailrace.sequencer.GroupPlace;
import io.tailrace.sequencer.InstanceName;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.StreamsConfig;

/**
 * How a process runs the history store.
 *
 * @param bootstrap Kafka's address
 * @param partitions partitions of the log
 * @param placement which channels are in which partition
 * @param applicationId its consumer group. A process holds the partitions that its group gives it;
 *     processes that shall each hold all of the log have groups of their own
 * @param stateDir where the stores lie; kept between runs, never shared by two processes
 * @param instance name of this process in its group; empty: one is kept in the state folder
 * @param threads Streams threads
 * @param session how long a silent process keeps its partitions
 * @param cacheMib memory for blocks and write buffers of all partitions, outside the heap
 * @param sharing with whom the partitions are shared
 */
public record HistoryOptions(
    String bootstrap,
    int partitions,
    Placement placement,
    String applicationId,
    Path stateDir,
    String instance,
    int threads,
    Duration session,
    int cacheMib,
    Sharing sharing) {
  /** The group where nothing else is asked for. */
  public static final String APPLICATION_ID = "tailrace-catchup";

  /** For one process beside its broker. */
  public static HistoryOptions local(String bootstrap, int partitions, Path stateDir) {
    return new HistoryOptions(
        bootstrap,
        partitions,
        Placement.SHARED,
        APPLICATION_ID,
        stateDir,
        "",
        1,
        Duration.ofSeconds(3),
        64,
        Sharing.ALONE);
  }

  /** The same, sharing the partitions with others of its group. */
  public HistoryOptions sharedBy(Sharing with) {
    return new HistoryOptions(
        bootstrap,
        partitions,
        placement,
        applicationId,
        stateDir,
        instance,
        threads,
        session,
        cacheMib,
        with);
  }

  /** The same for a log with this placement. */
  public HistoryOptions placed(Placement by) {
    return new HistoryOptions(
        bootstrap,
        partitions,
        by,
        applicationId,
        stateDir,
        instance,
        threads,
        session,
        cacheMib,
        sharing);
  }

  /** Kafka Streams' settings, each with its reason. */
  Properties properties() {
    Properties properties = new Properties();
    properties.put(StreamsConfig.APPLICATION_ID_CONFIG, applicationId);
    properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap);
    properties.put(StreamsConfig.STATE_DIR_CONFIG, stateDir.toString());
    // The store guards itself against repeats and carries its offset: at least once is enough, and
    // how often the group's offset is committed bounds what is read again, and how far standbys
    // stay behind: they follow the log up to the committed offset.
    properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.AT_LEAST_ONCE);
    properties.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 1000L);
    properties.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, threads);
    properties.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 0L);
    put(
        properties,
        StreamsConfig.mainConsumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG),
        "earliest");
    // What is not committed is not history; also while a store is restored.
    put(
        properties,
        StreamsConfig.consumerPrefix(ConsumerConfig.ISOLATION_LEVEL_CONFIG),
        "read_committed");
    put(
        properties,
        StreamsConfig.restoreConsumerPrefix(ConsumerConfig.ISOLATION_LEVEL_CONFIG),
        "read_committed");
    // Events and receipts are two topics of one task; neither waits for a record of the other.
    properties.put(StreamsConfig.MAX_TASK_IDLE_MS_CONFIG, StreamsConfig.MAX_TASK_IDLE_MS_DISABLED);
    put(properties, StreamsConfig.producerPrefix(ProducerConfig.LINGER_MS_CONFIG), 5);
    put(properties, StreamsConfig.consumerPrefix(ConsumerConfig.FETCH_MIN_BYTES_CONFIG), 1);
    put(properties, StreamsConfig.consumerPrefix(ConsumerConfig.MAX_POLL_RECORDS_CONFIG), 2000);
    GroupPlace.put(properties, InstanceName.of(instance, stateDir), session);
    share(properties);
    return properties;
  }

  private void share(Properties properties) {
    properties.put(StreamsConfig.NUM_STANDBY_REPLICAS_CONFIG, sharing.standbys());
    if (sharing.isShared()) {
      properties.put(StreamsConfig.APPLICATION_SERVER_CONFIG, sharing.advertised());
    }
    // A process that comes new gets its copies first and its partitions once they are nearly at the
    // log's end; whether they are is asked as often as Kafka lets it be asked.
    properties.put(StreamsConfig.PROBING_REBALANCE_INTERVAL_MS_CONFIG, 60_000L);
    properties.put(StreamsConfig.ACCEPTABLE_RECOVERY_LAG_CONFIG, 10_000L);
    properties.put(StreamsConfig.MAX_WARMUP_REPLICAS_CONFIG, 4);
  }

  private static void put(Properties properties, String name, Object value) {
    properties.put(name, value);
  }
}
