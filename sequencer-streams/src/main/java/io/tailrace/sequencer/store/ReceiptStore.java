package io.tailrace.sequencer.store;

import io.tailrace.schemas.topic.BadRecordException;
import io.tailrace.schemas.topic.ReceiptRecord;
import java.nio.file.Path;
import java.util.Objects;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What has been read in one partition, from the topic of receipts. */
final class ReceiptStore extends TopicStore<ReceiptDb> {
  static final String NAME = "receipts";

  private static final Logger LOG = LoggerFactory.getLogger(ReceiptStore.class);

  private final RocksMemory memory;

  ReceiptStore(RocksMemory memory) {
    super(NAME, "the receipts");
    this.memory = memory;
  }

  /** A place that was written over by one of less, under its key. */
  @SuppressWarnings("ArrayRecordComponent") // bytes are sent, never compared or changed
  record Furthest(byte[] key, ReceiptRecord.Place place) {}

  @Override
  ReceiptDb open(Path folder, int partition) {
    return ReceiptDb.open(folder, memory);
  }

  @Override
  void take(ConsumerRecord<byte[], byte[]> record) {
    var _ = add(record.key(), record.value(), record.offset());
  }

  @Override
  void show() {
    var _ = write();
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
          .addKeyValue("partition", partition())
          .addKeyValue("offset", offset)
          .addKeyValue("reason", e.getMessage())
          .log("a record of the receipts topic is no receipt and was passed over");
      opened.pass(offset);
      return null;
    } catch (RocksDBException e) {
      throw unwritable(e);
    }
  }

  /** Makes what was added visible; returns the offset up to which it is. */
  long write() {
    try {
      opened().write();
      return offset();
    } catch (RocksDBException e) {
      throw unwritable(e);
    }
  }
}
