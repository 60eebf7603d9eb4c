package io.tailrace.sequencer.store;

import io.tailrace.schemas.topic.ReceiptRecord;
import io.tailrace.schemas.topic.ReceiptRecord.Place;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;
import org.rocksdb.FlushOptions;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * What has been read in one partition. As {@link HistoryDb}: records are gathered into a batch and
 * written with the offset they reach to, the write-ahead log is off because the topic is one.
 *
 * <p>A place only goes on: of all records of a key the one furthest on stands, in whatever order
 * and however often they come.
 *
 * <p>Thread: one writer; views from any thread.
 */
final class ReceiptDb implements AutoCloseable {
  private static final byte[] LAYOUT_VERSION = {1};

  private final RocksDB db;
  private final Options options;
  private final WriteOptions unlogged = new WriteOptions().setDisableWAL(true);
  private final ReentrantReadWriteLock use = new ReentrantReadWriteLock();
  private final WriteBatch batch = new WriteBatch();
  private final Map<ReceiptRecord.Key, Optional<Place>> batchPlaces = new HashMap<>();
  private long batchOffset;
  private long offset;
  private boolean open = true;

  private ReceiptDb(RocksDB db, Options options) throws RocksDBException {
    this.db = db;
    this.options = options;
    byte[] storedOffset = db.get(HistoryKeys.OFFSET);
    offset = storedOffset == null ? -1 : ByteBuffer.wrap(storedOffset).getLong();
    batchOffset = offset;
  }

  /**
   * Opens or creates it. One of another layout is emptied: it is rebuilt from the topic.
   *
   * @throws IllegalStateException where the folder cannot be used
   */
  static ReceiptDb open(Path folder, RocksMemory memory) {
    Options options = memory.options();
    try {
      RocksDB db = RocksDB.open(options, folder.toString());
      byte[] layout = db.get(HistoryKeys.LAYOUT);
      if (layout == null || layout.length != 1 || layout[0] != LAYOUT_VERSION[0]) {
        try (WriteOptions unlogged = new WriteOptions().setDisableWAL(true)) {
          empty(db, unlogged);
        }
      }
      return new ReceiptDb(db, options);
    } catch (RocksDBException e) {
      options.close();
      throw new IllegalStateException("the receipts in " + folder + " cannot be opened", e);
    }
  }

  private static void empty(RocksDB db, WriteOptions unlogged) throws RocksDBException {
    try (WriteBatch anew = new WriteBatch()) {
      anew.deleteRange(new byte[] {0}, new byte[] {(byte) 0xff});
      anew.put(HistoryKeys.LAYOUT, LAYOUT_VERSION);
      db.write(unlogged, anew);
    }
  }

  /** Offset of the last record that readers see; -1: none. */
  long offset() {
    return offset;
  }

  int batchSize() {
    return batch.count();
  }

  /** Takes a record that holds no receipt: only its offset counts. */
  void pass(long recordOffset) {
    batchOffset = Math.max(batchOffset, recordOffset);
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
    if (batchOffset == offset && batch.count() == 0) {
      return;
    }
    batch.put(HistoryKeys.OFFSET, ByteBuffer.allocate(8).putLong(batchOffset).array());
    db.write(unlogged, batch);
    batch.clear();
    batchPlaces.clear();
    offset = batchOffset;
  }

  /** Empties the store, as Streams asks before it restores a store that it holds for corrupted. */
  void clear() throws RocksDBException {
    batch.clear();
    batchPlaces.clear();
    empty(db, unlogged);
    offset = -1;
    batchOffset = -1;
  }

  /** A view of now; null where the store is closed or closing. */
  @Nullable ReceiptRows view() {
    ReentrantReadWriteLock.ReadLock lease = use.readLock();
    if (!lease.tryLock()) {
      return null;
    }
    if (!open) {
      lease.unlock();
      return null;
    }
    return new ReceiptRows(db, lease);
  }

  boolean isOpen() {
    return open;
  }

  /** Waits for open views, writes what is left to disk, closes. */
  @Override
  public void close() {
    use.writeLock().lock();
    try {
      if (!open) {
        return;
      }
      open = false;
      try (FlushOptions flush = new FlushOptions().setWaitForFlush(true)) {
        db.flush(flush);
      } catch (RocksDBException e) {
        // What is not on disk is read again from the topic.
      }
      batch.close();
      unlogged.close();
      db.close();
      options.close();
    } finally {
      use.writeLock().unlock();
    }
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
