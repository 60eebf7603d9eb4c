package io.tailrace.sequencer.store;

import io.tailrace.schemas.topic.BadRecordException;
import io.tailrace.schemas.topic.ReceiptRecord;
import java.io.File;
import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.processor.internals.RecordBatchingStateRestoreCallback;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What has been read in one partition, as a Kafka Streams store whose changelog is the topic of
 * receipts itself; manages its own offset, as {@link HistoryStore} does.
 *
 * <p>Thread: the Streams thread that has the task; views from any thread.
 */
final class ReceiptStore implements StateStore {
  static final String NAME = "receipts";

  private static final Logger LOG = LoggerFactory.getLogger(ReceiptStore.class);

  /** Operations in a batch after which it is written, whatever else is waiting. */
  private static final int BATCH_OPERATIONS_MAX = 512;

  private final RocksMemory memory;
  private @Nullable ReceiptDb db;
  private int partition = -1;

  ReceiptStore(RocksMemory memory) {
    this.memory = memory;
  }

  /** A place that was written over by one of less, under its key. */
  @SuppressWarnings("ArrayRecordComponent") // bytes are sent, never compared or changed
  record Furthest(byte[] key, ReceiptRecord.Place place) {}

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public void init(StateStoreContext context, StateStore root) {
    partition = context.taskId().partition();
    db = ReceiptDb.open(new File(context.stateDir(), NAME).toPath(), memory);
    // As for history: only the internal callback is given the offset.
    context.register(root, (RecordBatchingStateRestoreCallback) this::restore);
  }

  private void restore(Collection<ConsumerRecord<byte[], byte[]>> records) {
    for (ConsumerRecord<byte[], byte[]> record : records) {
      add(record.key(), record.value(), record.offset());
    }
    write();
  }

  /**
   * Takes one record; readers see it after the next {@link #write()}.
   *
   * @return what has to be written again, where the record says less than one before it
   */
  @Nullable Furthest add(byte @Nullable [] key, byte @Nullable [] value, long offset) {
    ReceiptDb opened = opened();
    try {
      ReceiptRecord.Key read = ReceiptRecord.readKey(key);
      ReceiptRecord.Place further = opened.add(read, ReceiptRecord.readPlace(value), offset);
      return further == null ? null : new Furthest(Objects.requireNonNull(key), further);
    } catch (BadRecordException e) {
      LOG.atError()
          .addKeyValue("partition", partition)
          .addKeyValue("offset", offset)
          .addKeyValue("reason", e.getMessage())
          .log("a record of the receipts topic is no receipt and was passed over");
      opened.pass(offset);
      return null;
    } catch (RocksDBException e) {
      throw new IllegalStateException("the receipts cannot be written", e);
    }
  }

  boolean isFull() {
    return opened().batchSize() >= BATCH_OPERATIONS_MAX;
  }

  /** Makes what was added visible; returns the offset up to which it is. */
  long write() {
    try {
      opened().write();
      return opened().offset();
    } catch (RocksDBException e) {
      throw new IllegalStateException("the receipts cannot be written", e);
    }
  }

  ReceiptDb opened() {
    return Objects.requireNonNull(db, "the store has not been initialised");
  }

  /** As {@link HistoryStore#commit}. */
  @Override
  public void commit(Map<TopicPartition, Long> changelogOffsets) {
    if (!changelogOffsets.isEmpty()) {
      return;
    }
    try {
      opened().clear();
    } catch (RocksDBException e) {
      throw new IllegalStateException("the receipts cannot be written", e);
    }
  }

  @Override
  public @Nullable Long committedOffset(TopicPartition topicPartition) {
    long offset = opened().offset();
    return offset < 0 ? null : offset;
  }

  /** Deprecated only in the sense that Streams will assume it. */
  @Override
  @SuppressWarnings("deprecation")
  public boolean managesOffsets() {
    return true;
  }

  @Override
  public void close() {
    if (db != null) {
      db.close();
    }
  }

  @Override
  public boolean persistent() {
    return true;
  }

  @Override
  public boolean isOpen() {
    return db != null && db.isOpen();
  }
}
