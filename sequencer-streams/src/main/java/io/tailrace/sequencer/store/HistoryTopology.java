package io.tailrace.sequencer.store;

import io.tailrace.schemas.topic.Topics;
import java.util.Map;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.state.StoreBuilder;

/**
 * The topology of the history store: {@code tailrace.events} into one store per partition.
 *
 * <p>The topic is its store's changelog, as it is for a table that Streams reads from a topic. The
 * processor API has no public name for that, so the topology asks Streams' own builder, which
 * {@link Topology} leaves to subclasses.
 */
public final class HistoryTopology extends Topology {
  private static final String SOURCE = "events";
  private static final String PROCESSOR = "history-feed";

  /** Builds it. */
  public HistoryTopology(
      HistoryPartitions partitions, RocksMemory memory, Retention.OfKind retention) {
    addSource(SOURCE, new ByteArrayDeserializer(), new ByteArrayDeserializer(), Topics.EVENTS);
    addProcessor(PROCESSOR, () -> new HistoryProcessor(partitions), SOURCE);
    addStateStore(new Builder(memory, retention), PROCESSOR);
    internalTopologyBuilder.connectSourceStoreAndTopic(HistoryStore.NAME, Topics.EVENTS);
  }

  private record Builder(RocksMemory memory, Retention.OfKind retention)
      implements StoreBuilder<HistoryStore> {
    @Override
    public HistoryStore build() {
      return new HistoryStore(memory, retention);
    }

    @Override
    public String name() {
      return HistoryStore.NAME;
    }

    @Override
    public boolean loggingEnabled() {
      return true;
    }

    @Override
    public Map<String, String> logConfig() {
      return Map.of();
    }

    @Override
    public StoreBuilder<HistoryStore> withLoggingEnabled(Map<String, String> config) {
      return this;
    }

    @Override
    public StoreBuilder<HistoryStore> withCachingEnabled() {
      throw new UnsupportedOperationException("the store gathers records itself");
    }

    @Override
    public StoreBuilder<HistoryStore> withCachingDisabled() {
      return this;
    }

    @Override
    public StoreBuilder<HistoryStore> withLoggingDisabled() {
      throw new UnsupportedOperationException("the store's log is the topic of events");
    }
  }
}
