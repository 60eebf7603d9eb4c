package io.tailrace.sequencer.store;

import io.tailrace.schemas.topic.Topics;
import io.tailrace.sequencer.GroupPlace;
import io.tailrace.sequencer.topology.CommitTime;
import java.time.Duration;
import java.util.Collection;
import java.util.Properties;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.StreamsMetadata;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.state.HostInfo;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The running history store: {@link HistoryTopology} in Kafka Streams, its memory, and the reader.
 * Thread-safe; the store is fed on Streams' threads.
 */
public final class HistoryStreams implements HistoryOwners, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HistoryStreams.class);
  private static final Duration CLOSE_WAIT = Duration.ofSeconds(10);
  private static final String SESSION_SETTING = "catchup.session.ms";

  private final KafkaStreams streams;
  private final HistoryPartitions partitions;
  private final RocksMemory memory;
  private final Sharing sharing;

  private HistoryStreams(
      KafkaStreams streams, HistoryPartitions partitions, RocksMemory memory, Sharing sharing) {
    this.streams = streams;
    this.partitions = partitions;
    this.memory = memory;
    this.sharing = sharing;
  }

  /** Starts; {@link #ready()} says when all of the log can be read. */
  public static HistoryStreams start(
      HistoryOptions options, Retention.OfKind retention, HistoryListener listener) {
    return start(options, retention, listener, () -> {});
  }

  /**
   * Starts.
   *
   * @param stopped called once, on a thread that must not be kept, when the store has stopped for
   *     good after a fault and only a new one helps
   */
  public static HistoryStreams start(
      HistoryOptions options,
      Retention.OfKind retention,
      HistoryListener listener,
      Runnable stopped) {
    RocksMemory memory = new RocksMemory(options.cacheMib(), Math.max(8, options.cacheMib() / 2));
    Lease lease =
        options.sharing().isShared()
            ? Lease.within(options.session(), System::nanoTime)
            : Lease.unlimited();
    HistoryPartitions partitions =
        new HistoryPartitions(options.partitions(), options.placement(), listener, lease);
    Properties properties = options.properties();
    properties.put(
        StreamsConfig.DEFAULT_TIMESTAMP_EXTRACTOR_CLASS_CONFIG, CommitTime.class.getName());
    KafkaStreams streams =
        new KafkaStreams(
            new HistoryTopology(partitions, memory, retention),
            properties,
            new NotingClients(partitions));
    streams.setUncaughtExceptionHandler(fault -> afterFault(fault, options));
    streams.setStateListener((now, before) -> {
      LOG.atInfo()
          .addKeyValue("state", now)
          .addKeyValue("before", before)
          .addKeyValue("topic", Topics.EVENTS)
          .log("history state");
      if (now == KafkaStreams.State.ERROR) {
        stopped.run();
      }
    });
    GroupPlace.prepare();
    streams.start();
    return new HistoryStreams(streams, partitions, memory, options.sharing());
  }

  /**
   * A thread that lost Kafka is replaced. A log that contradicts itself, a disk that fails, or a
   * session that the brokers refuse stops the store: it then answers nothing rather than something
   * wrong.
   */
  private static StreamThreadExceptionResponse afterFault(Throwable fault, HistoryOptions options) {
    Throwable root = fault;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    boolean kafkaLost =
        root instanceof KafkaException
            && !GroupPlace.isRefused(fault, SESSION_SETTING, options.session(), LOG);
    LOG.atError().setCause(fault).addKeyValue("replaced", kafkaLost).log("a history thread died");
    return kafkaLost
        ? StreamThreadExceptionResponse.REPLACE_THREAD
        : StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
  }

  /** What Kafka's clients measure. */
  public Collection<? extends Metric> metrics() {
    return streams.metrics().values();
  }

  /** Reads what is here. */
  public HistoryReader reader() {
    return partitions;
  }

  /** Whether every partition is readable here, or has an owner elsewhere that can be asked. */
  public boolean ready() {
    if (!streams.state().isRunningOrRebalancing()) {
      return false;
    }
    for (int partition = 0; partition < partitions.partitions(); partition++) {
      if (!partitions.isReadable(partition) && !(of(partition) instanceof Owner.At)) {
        return false;
      }
    }
    return true;
  }

  @Override
  public Owner of(int partition) {
    // One that is alone waits for its own store; there is nobody else to ask.
    if (partitions.holds(partition) || !sharing.isShared()) {
      return new Owner.Here();
    }
    if (!streams.state().isRunningOrRebalancing()) {
      return new Owner.Unknown();
    }
    TopicPartition asked = new TopicPartition(Topics.EVENTS, partition);
    for (StreamsMetadata process : streams.metadataForAllStreamsClients()) {
      if (process.topicPartitions().contains(asked)) {
        return ownerAt(process.hostInfo());
      }
    }
    return new Owner.Unknown();
  }

  private Owner ownerAt(HostInfo host) {
    if (host.equals(HostInfo.unavailable())) {
      return new Owner.Unknown();
    }
    return host.equals(HostInfo.buildFromEndpoint(sharing.advertised()))
        ? new Owner.Here()
        : new Owner.At(host.host(), host.port());
  }

  /**
   * Closes. Where others keep copies, it leaves the group at once, so that one of them takes over;
   * else its place is kept for its next start until its session ends.
   */
  @Override
  public void close() {
    CloseOptions how =
        CloseOptions.timeout(CLOSE_WAIT)
            .withGroupMembershipOperation(
                sharing.standbys() > 0
                    ? CloseOptions.GroupMembershipOperation.LEAVE_GROUP
                    : CloseOptions.GroupMembershipOperation.REMAIN_IN_GROUP);
    if (streams.close(how)) {
      memory.close();
    }
    // Else a store may still be open: its memory must outlive it, and the process is ending anyway.
  }
}
