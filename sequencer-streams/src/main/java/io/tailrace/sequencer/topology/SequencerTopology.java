package io.tailrace.sequencer.topology;

import io.tailrace.schemas.topic.Topics;
import io.tailrace.sequencer.SequencerMetrics;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.StreamPartitioner;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/** The sequencer's topology: one source, one processor with two stores, two sinks. */
public final class SequencerTopology {
  /** Store of each partition's last accepted position. */
  public static final String POSITIONS = "positions";

  /** Store of each channel's state. */
  public static final String CHANNELS = "channels";

  static final String EVENTS_SINK = "events";
  static final String DEADLETTER_SINK = "deadletter";
  private static final String SOURCE = "outbox";
  private static final String SEQUENCER = "sequencer";

  private SequencerTopology() {}

  /** Builds it; counts go to the metrics. */
  public static Topology build(SequencerMetrics metrics) {
    Topology topology = new Topology();
    topology.addSource(
        SOURCE, new ByteArrayDeserializer(), new ByteArrayDeserializer(), Topics.OUTBOX);
    topology.addProcessor(SEQUENCER, () -> new SequencerProcessor(metrics), SOURCE);
    topology.addStateStore(store(POSITIONS), SEQUENCER);
    topology.addStateStore(store(CHANNELS), SEQUENCER);
    StreamPartitioner<PlacedKey, byte[]> samePartition =
        (_, placed, _, partitions) -> Optional.of(Set.of(placed.partition() % partitions));
    topology.addSink(
        EVENTS_SINK,
        Topics.EVENTS,
        new PlacedKey.KeySerializer(),
        new ByteArraySerializer(),
        samePartition,
        SEQUENCER);
    topology.addSink(
        DEADLETTER_SINK,
        Topics.DEADLETTER,
        new PlacedKey.KeySerializer(),
        new ByteArraySerializer(),
        samePartition,
        SEQUENCER);
    return topology;
  }

  /**
   * With a cache, so that a hot channel's state goes to the changelog once per commit and not once
   * per event. The cache delays only the stores: events are forwarded from the processor.
   */
  private static StoreBuilder<KeyValueStore<Bytes, byte[]>> store(String name) {
    return Stores.keyValueStoreBuilder(
            Stores.persistentKeyValueStore(name), Serdes.Bytes(), Serdes.ByteArray())
        .withCachingEnabled();
  }
}
