package io.tailrace.sequencer.store;

import io.tailrace.schemas.topic.Topics;
import io.tailrace.sequencer.topology.CommitTime;
import java.time.Duration;
import java.util.Properties;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The running history store: {@link HistoryTopology} in Kafka Streams, its memory, and the reader.
 * Thread-safe; the store is fed on Streams' threads.
 */
public final class HistoryStreams implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HistoryStreams.class);
  private static final Duration CLOSE_WAIT = Duration.ofSeconds(10);

  private final KafkaStreams streams;
  private final HistoryPartitions partitions;
  private final RocksMemory memory;

  private HistoryStreams(KafkaStreams streams, HistoryPartitions partitions, RocksMemory memory) {
    this.streams = streams;
    this.partitions = partitions;
    this.memory = memory;
  }

  /** Starts; {@link HistoryReader#ready()} says when all of the log can be read. */
  public static HistoryStreams start(
      HistoryOptions options, Retention.OfKind retention, HistoryListener listener) {
    RocksMemory memory = new RocksMemory(options.cacheMib(), Math.max(8, options.cacheMib() / 2));
    HistoryPartitions partitions = new HistoryPartitions(options.partitions(), listener);
    Properties properties = options.properties();
    properties.put(
        StreamsConfig.DEFAULT_TIMESTAMP_EXTRACTOR_CLASS_CONFIG, CommitTime.class.getName());
    KafkaStreams streams =
        new KafkaStreams(
            new HistoryTopology(partitions, memory, retention),
            properties,
            new NotingClients(partitions));
    streams.setUncaughtExceptionHandler(HistoryStreams::afterFault);
    streams.setStateListener((now, before) ->
        LOG.atInfo()
            .addKeyValue("state", now)
            .addKeyValue("before", before)
            .addKeyValue("topic", Topics.EVENTS)
            .log("history state"));
    streams.start();
    return new HistoryStreams(streams, partitions, memory);
  }

  /**
   * A thread that lost Kafka is replaced. A log that contradicts itself, or a disk that fails,
   * stops the store: it then answers nothing rather than something wrong.
   */
  private static StreamThreadExceptionResponse afterFault(Throwable fault) {
    Throwable root = fault;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    boolean kafkaLost = root instanceof KafkaException;
    LOG.atError().setCause(fault).addKeyValue("replaced", kafkaLost).log("a history thread died");
    return kafkaLost
        ? StreamThreadExceptionResponse.REPLACE_THREAD
        : StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
  }

  /** Reads what is here. */
  public HistoryReader reader() {
    return partitions;
  }

  /** Whether every partition is here and readable. */
  public boolean ready() {
    return partitions.ready() && streams.state().isRunningOrRebalancing();
  }

  /** Whether it has stopped for good after a fault, and only a restart helps. */
  public boolean failed() {
    return streams.state() == KafkaStreams.State.ERROR
        || streams.state() == KafkaStreams.State.PENDING_ERROR;
  }

  @Override
  public void close() {
    if (streams.close(CLOSE_WAIT)) {
      memory.close();
    }
    // Else a store may still be open: its memory must outlive it, and the process is ending anyway.
  }
}
