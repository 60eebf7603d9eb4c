package io.tailrace.sequencer.store;

import io.tailrace.schemas.name.Channel;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/**
 * Feeds one partition's store, and offers it to readers from the end of its restoration to its
 * revocation. Streams calls {@code init} only after it has restored the store.
 */
final class HistoryProcessor implements Processor<byte[], byte[], Void, Void> {
  private final HistoryPartitions partitions;
  private final AgeSweep sweep = new AgeSweep();
  private @Nullable ProcessorContext<Void, Void> context;
  private @Nullable HistoryStore store;
  private int partition = -1;

  HistoryProcessor(HistoryPartitions partitions) {
    this.partitions = partitions;
  }

  @Override
  public void init(ProcessorContext<Void, Void> context) {
    this.context = context;
    HistoryStore own = context.getStateStore(HistoryStore.NAME);
    store = own;
    partition = context.taskId().partition();
    partitions.taken(partition, own.opened());
    context.schedule(AgeSweep.EVERY, PunctuationType.WALL_CLOCK_TIME, this::trimSilent);
  }

  private void trimSilent(long nowMs) {
    HistoryStore own = Objects.requireNonNull(store);
    // What was added is written first: trimming looks at what is stored.
    write(own);
    sweep.run(nowMs, own::trimSilent);
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    HistoryStore own = Objects.requireNonNull(store);
    long offset = Objects.requireNonNull(context).recordMetadata().orElseThrow().offset();
    own.add(record.key(), record.headers(), record.value(), record.timestamp(), offset);
    // The consumer's last record ends the batch: nothing waits for records that are not there yet.
    if (own.isFull() || offset >= partitions.lastPolled(partition)) {
      write(own);
    }
  }

  private void write(HistoryStore own) {
    Map<Channel, Head> heads = own.write();
    partitions.written(partition, own.offset(), own.isWhole(), heads);
  }

  @Override
  public void close() {
    partitions.left(partition);
  }
}
