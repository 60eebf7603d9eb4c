package io.tailrace.sequencer.store;

import java.util.Objects;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/**
 * Feeds one partition's receipts. Two gateways may write of one user out of order, and compaction
 * keeps what was written last: whoever reads a place behind one that is further on writes the one
 * further on again, so that the topic alone gives no less than was ever told. Streams reads a
 * record again until what was written for it has arrived.
 */
final class ReceiptProcessor implements Processor<byte[], byte[], byte[], byte[]> {
  private final ReceiptPartitions partitions;
  private @Nullable ProcessorContext<byte[], byte[]> context;
  private @Nullable ReceiptStore store;
  private int partition = -1;

  ReceiptProcessor(ReceiptPartitions partitions) {
    this.partitions = partitions;
  }

  @Override
  public void init(ProcessorContext<byte[], byte[]> context) {
    this.context = context;
    ReceiptStore own = context.getStateStore(ReceiptStore.NAME);
    store = own;
    partition = context.taskId().partition();
    partitions.taken(partition, own.opened());
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    ReceiptStore own = Objects.requireNonNull(store);
    ProcessorContext<byte[], byte[]> now = Objects.requireNonNull(context);
    long offset = now.recordMetadata().orElseThrow().offset();
    ReceiptStore.Furthest further = own.add(record.key(), record.value(), offset);
    if (further != null) {
      now.forward(new Record<>(further.key(), further.place().json(), now.currentSystemTimeMs()));
    }
    if (own.isFull() || offset >= partitions.lastPolled(partition)) {
      partitions.written(partition, own.write());
    }
  }

  @Override
  public void close() {
    partitions.left(partition);
  }
}
