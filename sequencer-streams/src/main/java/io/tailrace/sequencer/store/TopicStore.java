package io.tailrace.sequencer.store;

import java.io.File;
import java.nio.file.Path;
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

/**
 * A database of one partition as a Kafka Streams store whose changelog is the topic itself. It
 * manages its own offset (KIP-1035): Streams asks for it at the start and goes on from there.
 *
 * <p>Thread: the Streams thread that has the task; views from any thread.
 */
abstract class TopicStore<D extends TopicDb> implements StateStore {
  /** Operations in a batch after which it is written, whatever else is waiting. */
  private static final int BATCH_OPERATIONS_MAX = 512;

  private final String name;
  private final String what;
  private @Nullable D db;
  private int partition = -1;

  /**
   * One that is not open yet.
   *
   * @param what it is, for faults
   */
  TopicStore(String name, String what) {
    this.name = name;
    this.what = what;
  }

  abstract D open(Path folder, int partition);

  /** Takes one record; readers see it after the next write. */
  abstract void take(ConsumerRecord<byte[], byte[]> record);

  /** Makes what was taken visible. */
  abstract void show();

  @Override
  public String name() {
    return name;
  }

  @Override
  public void init(StateStoreContext context, StateStore root) {
    partition = context.taskId().partition();
    db = open(new File(context.stateDir(), name).toPath(), partition);
    // The callback that sees whole records is an internal one of Streams: the public ones are given
    // key and value only, without headers and offset.
    context.register(root, (RecordBatchingStateRestoreCallback) this::restore);
  }

  private void restore(Collection<ConsumerRecord<byte[], byte[]>> records) {
    for (ConsumerRecord<byte[], byte[]> record : records) {
      take(record);
    }
    show();
  }

  D opened() {
    return Objects.requireNonNull(db, "the store has not been initialised");
  }

  int partition() {
    return partition;
  }

  /** Whether the batch is so full that it is to be written now. */
  boolean isFull() {
    return opened().batchSize() >= BATCH_OPERATIONS_MAX;
  }

  long offset() {
    return opened().offset();
  }

  IllegalStateException unwritable(RocksDBException e) {
    return new IllegalStateException(what + " cannot be written", e);
  }

  /**
   * Writes nothing: a batch carries its own offset, which is exact, and one that is still open is
   * read again from the topic if the process ends now. No offsets mean a store that Streams holds
   * for corrupted.
   */
  @Override
  public void commit(Map<TopicPartition, Long> changelogOffsets) {
    if (!changelogOffsets.isEmpty()) {
      return;
    }
    try {
      opened().clear();
    } catch (RocksDBException e) {
      throw unwritable(e);
    }
  }

  @Override
  public @Nullable Long committedOffset(TopicPartition topicPartition) {
    long offset = offset();
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
