package io.tailrace.sequencer.store;

import io.tailrace.schemas.topic.Topics;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.state.StoreBuilder;

/**
 * The topology of the history store: {@code tailrace.events} into one store per partition, and
 * {@code tailrace.receipts} into another one beside it. A task has the same partition of both.
 *
 * <p>The topics are their stores' changelogs, as it is for a table that Streams reads from a topic.
 * The processor API has no public name for that, so the topology asks Streams' own builder, which
 * {@link Topology} leaves to subclasses.
 */
public final class HistoryTopology extends Topology {
  private static final String EVENTS = "events";
  private static final String RECEIPTS = "receipts";
  private static final String FEED = "history-feed";
  private static final String RECEIPT_FEED = "receipt-feed";
  private static final String REPEATED = "receipts-repeated";

  /** Builds it. */
  public HistoryTopology(
      HistoryPartitions partitions, RocksMemory memory, Retention.OfKind retention) {
    addSource(EVENTS, new ByteArrayDeserializer(), new ByteArrayDeserializer(), Topics.EVENTS);
    addProcessor(FEED, () -> new HistoryProcessor(partitions), EVENTS);
    addStateStore(
        new Builder<>(
            HistoryStore.NAME, () -> new HistoryStore(memory, retention, partitions::partitionOf)),
        FEED);
    addSource(
        // Named in full: Topology has an older one of the same name.
        org.apache.kafka.streams.AutoOffsetReset.earliest(),
        RECEIPTS,
        new LastOfAll(),
        new ByteArrayDeserializer(),
        new ByteArrayDeserializer(),
        Topics.RECEIPTS);
    addProcessor(RECEIPT_FEED, () -> new ReceiptProcessor(partitions.receipts()), RECEIPTS);
    addStateStore(new Builder<>(ReceiptStore.NAME, () -> new ReceiptStore(memory)), RECEIPT_FEED);
    // What makes one task of both: else a process could be given the one partition without the
    // other.
    connectProcessorAndStateStores(RECEIPT_FEED, HistoryStore.NAME);
    addSink(
        REPEATED,
        Topics.RECEIPTS,
        new ByteArraySerializer(),
        new ByteArraySerializer(),
        (_, key, _, count) -> Optional.of(Set.of(partitions.partitionOf(key, count))),
        RECEIPT_FEED);
    internalTopologyBuilder.connectSourceStoreAndTopic(HistoryStore.NAME, Topics.EVENTS);
    internalTopologyBuilder.connectSourceStoreAndTopic(ReceiptStore.NAME, Topics.RECEIPTS);
  }

  private record Builder<S extends StateStore>(String name, Supplier<S> make)
      implements StoreBuilder<S> {
    @Override
    public S build() {
      return make.get();
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
    public StoreBuilder<S> withLoggingEnabled(Map<String, String> config) {
      return this;
    }

    @Override
    public StoreBuilder<S> withCachingEnabled() {
      throw new UnsupportedOperationException("the store gathers records itself");
    }

    @Override
    public StoreBuilder<S> withCachingDisabled() {
      return this;
    }

    @Override
    public StoreBuilder<S> withLoggingDisabled() {
      throw new UnsupportedOperationException("the store's log is its topic");
    }
  }
}
