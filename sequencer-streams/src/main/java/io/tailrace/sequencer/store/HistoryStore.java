package io.tailrace.sequencer.store;

import io.tailrace.schemas.event.Event;
import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.topic.BadRecordException;
import io.tailrace.schemas.topic.EpochMark;
import io.tailrace.schemas.topic.EventHeaders;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.ToIntFunction;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The history of one partition, from the topic of events. */
final class HistoryStore extends TopicStore<HistoryDb> {
  static final String NAME = "history";

  private static final Logger LOG = LoggerFactory.getLogger(HistoryStore.class);

  private final RocksMemory memory;
  private final Retention.OfKind retention;
  private final ToIntFunction<Channel> placement;

  /**
   * A store.
   *
   * @param placement the partition that a channel is looked for in
   */
  HistoryStore(RocksMemory memory, Retention.OfKind retention, ToIntFunction<Channel> placement) {
    super(NAME, "the history store");
    this.placement = placement;
    this.memory = memory;
    this.retention = retention;
  }

  @Override
  HistoryDb open(Path folder, int partition) {
    return HistoryDb.open(folder, memory, retention, partition);
  }

  @Override
  void take(ConsumerRecord<byte[], byte[]> record) {
    add(record.key(), record.headers(), record.value(), record.timestamp(), record.offset());
  }

  @Override
  void show() {
    var _ = write();
  }

  /** Takes one record; readers see it after the next {@link #write()}. */
  void add(
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
    } catch (RocksDBException e) {
      throw unwritable(e);
    }
  }

  /** Makes what was added visible; returns the heads that changed. */
  Map<Channel, Head> write() {
    try {
      return opened().write();
    } catch (RocksDBException e) {
      throw unwritable(e);
    }
  }

  /** As {@link HistoryDb#isWhole}. */
  boolean isWhole() {
    return opened().isWhole();
  }

  /** As {@link HistoryDb#trimSilent}. */
  byte @Nullable [] trimSilent(byte @Nullable [] from, int headsMax, long nowMs) {
    try {
      return opened().trimSilent(from, headsMax, nowMs);
    } catch (RocksDBException e) {
      throw new IllegalStateException("the history store cannot be trimmed", e);
    }
  }

  /**
   * What is no event is passed over, loudly: only the sequencer writes the topic.
   *
   * @throws BrokenLogException where nobody would look for it here
   */
  private @Nullable Event read(
      byte @Nullable [] key, Headers headers, byte @Nullable [] value, long offset) {
    try {
      Event event = EventHeaders.readEvent(key, headers, value);
      int asked = placement.applyAsInt(event.channel());
      if (asked != partition()) {
        throw new BrokenLogException(
            event.channel().full(),
            "the contracts place it in partition "
                + asked
                + ": give this service the contracts that the relay has, whose log: own cannot be"
                + " changed without a rebuild",
            partition(),
            offset);
      }
      return event;
    } catch (BadRecordException e) {
      LOG.atError()
          .addKeyValue("partition", partition())
          .addKeyValue("offset", offset)
          .addKeyValue("reason", e.getMessage())
          .log("a record of the events topic is no event and was passed over");
      return null;
    }
  }
}
