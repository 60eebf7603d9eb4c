package io.tailrace.sequencer.store;

import io.tailrace.schemas.topic.ReceiptRecord;
import io.tailrace.schemas.topic.ReceiptRecord.Place;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;

/**
 * What has been read in one partition.
 *
 * <p>A place only goes on: of all records of a key the one furthest on stands, in whatever order
 * and however often they come.
 *
 * <p>Thread: one writer; views from any thread.
 */
final class ReceiptDb extends TopicDb {
  private static final byte LAYOUT_VERSION = 1;

  private final Map<ReceiptRecord.Key, Optional<Place>> batchPlaces = new HashMap<>();

  private ReceiptDb(Opened opened) throws RocksDBException {
    super(opened);
  }

  /**
   * Opens or creates it. One of another layout is emptied: it is rebuilt from the topic.
   *
   * @throws IllegalStateException where the folder cannot be used
   */
  static ReceiptDb open(Path folder, RocksMemory memory) {
    return open(folder, memory, LAYOUT_VERSION, "the receipts", ReceiptDb::new);
  }

  /**
   * Takes one receipt into the batch.
   *
   * @param place null: what the user has read is forgotten
   * @return the place that stands, where it is further on than this one: compaction may already
   *     have thrown away the record that said so, or will; null: this one stands
   */
  @Nullable Place add(ReceiptRecord.Key key, @Nullable Place place, long recordOffset)
      throws RocksDBException {
    pass(recordOffset);
    if (place == null) {
      batchPlaces.put(key, Optional.empty());
      batch.delete(ReceiptKeys.byChannel(key));
      batch.delete(ReceiptKeys.byUser(key));
      return null;
    }
    Place before = placeOf(key);
    int order = before == null ? 1 : place.compareTo(before);
    if (order > 0) {
      batchPlaces.put(key, Optional.of(place));
      byte[] value = encode(place);
      batch.put(ReceiptKeys.byChannel(key), value);
      batch.put(ReceiptKeys.byUser(key), value);
    }
    return order < 0 ? before : null;
  }

  private @Nullable Place placeOf(ReceiptRecord.Key key) throws RocksDBException {
    Optional<Place> pending = batchPlaces.get(key);
    if (pending != null) {
      return pending.orElse(null);
    }
    byte[] stored = db.get(ReceiptKeys.byChannel(key));
    return stored == null ? null : decode(stored);
  }

  /** Writes the batch. */
  void write() throws RocksDBException {
    if (isWritten()) {
      return;
    }
    writeBatch();
    batchPlaces.clear();
  }

  @Override
  void forget() {
    batchPlaces.clear();
  }

  /** A view of now; null where the store is closed or closing. */
  @Nullable ReceiptRows view() {
    Lock lease = lease();
    return lease == null ? null : new ReceiptRows(db, lease);
  }

  /** 12 bytes, big-endian: epoch, seq. */
  private static byte[] encode(Place place) {
    return ByteBuffer.allocate(12).putInt(place.epoch()).putLong(place.seq()).array();
  }

  static Place decode(byte[] value) {
    ByteBuffer in = ByteBuffer.wrap(value);
    return new Place(in.getInt(), in.getLong());
  }
}
