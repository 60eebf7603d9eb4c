package io.tailrace.sequencer.store;

import io.tailrace.schemas.event.Event;
import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.topic.BadRecordException;
import io.tailrace.schemas.topic.EpochMark;
import io.tailrace.schemas.topic.EventHeaders;
import java.io.File;
import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.processor.internals.RecordBatchingStateRestoreCallback;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The history of one partition as a Kafka Streams store. It manages its own offset (KIP-1035):
 * Streams asks for it at the start and goes on from there, in the topic of events itself.
 *
 * <p>Thread: the Streams thread that has the task; views from any thread.
 */
final class HistoryStore implements StateStore {
  static final String NAME = "history";

  private static final Logger LOG = LoggerFactory.getLogger(HistoryStore.class);

  /** Operations in a batch after which it is written, whatever else is waiting. */
  private static final int BATCH_OPERATIONS_MAX = 512;

  private final RocksMemory memory;
  private final Retention.OfKind retention;
  private @Nullable HistoryDb db;
  private int partition = -1;

  HistoryStore(RocksMemory memory, Retention.OfKind retention) {
    this.memory = memory;
    this.retention = retention;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public void init(StateStoreContext context, StateStore root) {
    partition = context.taskId().partition();
    db = HistoryDb.open(new File(context.stateDir(), NAME).toPath(), memory, retention, partition);
    // The callback that sees whole records is an internal one of Streams: the public ones are given
    // key and value only, and an event's seq stands in its headers.
    context.register(root, (RecordBatchingStateRestoreCallback) this::restore);
  }

  private void restore(Collection<ConsumerRecord<byte[], byte[]>> records) {
    for (ConsumerRecord<byte[], byte[]> record : records) {
      add(record.key(), record.headers(), record.value(), record.timestamp(), record.offset());
    }
    write();
  }

  /**
   * Takes one record; readers see it after the next {@link #write()}.
   *
   * @return whether the batch is full
   */
  boolean add(
      byte @Nullable [] key,
      Headers headers,
      byte @Nullable [] value,
      long committedMs,
      long offset) {
    HistoryDb opened = opened();
    try {
      if (EpochMark.is(headers)) {
        opened.addMark(EpochMark.epochOf(headers), offset);
      } else {
        boolean isBehindMark = EpochMark.isBehind(headers);
        opened.add(read(key, headers, value, offset), isBehindMark, committedMs, offset);
      }
      return opened.batchSize() >= BATCH_OPERATIONS_MAX;
    } catch (RocksDBException e) {
      throw new IllegalStateException("the history store cannot be written", e);
    }
  }

  /** Makes what was added visible; returns the heads that changed. */
  Map<Channel, Head> write() {
    try {
      return opened().write();
    } catch (RocksDBException e) {
      throw new IllegalStateException("the history store cannot be written", e);
    }
  }

  /** As {@link HistoryDb#isWhole}. */
  boolean isWhole() {
    return opened().isWhole();
  }

  long offset() {
    return opened().offset();
  }

  /** As {@link HistoryDb#trimSilent}. */
  byte @Nullable [] trimSilent(byte @Nullable [] from, int headsMax, long nowMs) {
    try {
      return opened().trimSilent(from, headsMax, nowMs);
    } catch (RocksDBException e) {
      throw new IllegalStateException("the history store cannot be trimmed", e);
    }
  }

  HistoryDb opened() {
    return Objects.requireNonNull(db, "the store has not been initialised");
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
      throw new IllegalStateException("the history store cannot be written", e);
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

  /** What is no event is passed over, loudly: only the sequencer writes the topic. */
  private @Nullable Event read(
      byte @Nullable [] key, Headers headers, byte @Nullable [] value, long offset) {
    try {
      return EventHeaders.readEvent(key, headers, value);
    } catch (BadRecordException e) {
      LOG.atError()
          .addKeyValue("partition", partition)
          .addKeyValue("offset", offset)
          .addKeyValue("reason", e.getMessage())
          .log("a record of the events topic is no event and was passed over");
      return null;
    }
  }
}
