package io.tailrace.sequencer.store;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;
import org.rocksdb.FlushOptions;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * A database that is fed by one partition of a topic. Records are gathered into a batch and written
 * with the offset they reach to; the write-ahead log is off, because the topic is one: what was not
 * flushed when the process died is read again from the offset that was.
 *
 * <p>Thread: one writer; views from any thread.
 */
abstract class TopicDb implements AutoCloseable {
  final RocksDB db;
  final WriteOptions unlogged = new WriteOptions().setDisableWAL(true);
  final WriteBatch batch = new WriteBatch();
  private final Options options;
  private final byte layout;
  private final ReentrantReadWriteLock use = new ReentrantReadWriteLock();
  private long batchOffset;
  private long offset;
  private boolean open = true;

  /** What has just been opened, for a database of which this is the beginning. */
  record Opened(RocksDB db, Options options, byte layout) {}

  /** Makes a database of what has been opened. */
  @FunctionalInterface
  interface Make<D extends TopicDb> {
    D of(Opened opened) throws RocksDBException;
  }

  TopicDb(Opened opened) throws RocksDBException {
    this.db = opened.db();
    this.options = opened.options();
    this.layout = opened.layout();
    byte[] stored = db.get(HistoryKeys.OFFSET);
    offset = stored == null ? -1 : ByteBuffer.wrap(stored).getLong();
    batchOffset = offset;
  }

  /**
   * Opens or creates one. One of another layout is emptied: it is rebuilt from the topic.
   *
   * @param what it holds, for the fault
   * @throws IllegalStateException where the folder cannot be used
   */
  static <D extends TopicDb> D open(
      Path folder, RocksMemory memory, byte layout, String what, Make<D> make) {
    Options options = memory.options();
    try {
      RocksDB db = RocksDB.open(options, folder.toString());
      byte[] found = db.get(HistoryKeys.LAYOUT);
      if (found == null || found.length != 1 || found[0] != layout) {
        try (WriteOptions unlogged = new WriteOptions().setDisableWAL(true)) {
          empty(db, unlogged, layout);
        }
      }
      return make.of(new Opened(db, options, layout));
    } catch (RocksDBException e) {
      options.close();
      throw new IllegalStateException(what + " in " + folder + " cannot be opened", e);
    }
  }

  private static void empty(RocksDB db, WriteOptions unlogged, byte layout)
      throws RocksDBException {
    try (WriteBatch anew = new WriteBatch()) {
      anew.deleteRange(new byte[] {0}, new byte[] {(byte) 0xff});
      anew.put(HistoryKeys.LAYOUT, new byte[] {layout});
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

  /** The batch reaches to this record, whatever is taken of it. */
  void pass(long recordOffset) {
    batchOffset = Math.max(batchOffset, recordOffset);
  }

  /** Whether there is nothing to write, not even how far the batch reaches. */
  boolean isWritten() {
    return batchOffset == offset && batch.count() == 0;
  }

  /** Writes what is in the batch. */
  void writeBatch() throws RocksDBException {
    batch.put(HistoryKeys.OFFSET, ByteBuffer.allocate(8).putLong(batchOffset).array());
    db.write(unlogged, batch);
    batch.clear();
    offset = batchOffset;
  }

  /** Empties the store, as Streams asks before it restores a store that it holds for corrupted. */
  void clear() throws RocksDBException {
    batch.clear();
    forget();
    empty(db, unlogged, layout);
    offset = -1;
    batchOffset = -1;
  }

  /** Forgets whatever is remembered of what is stored or in the batch. */
  abstract void forget();

  /** What keeps the database open until it is unlocked; null where it is closed or closing. */
  @Nullable Lock lease() {
    ReentrantReadWriteLock.ReadLock lease = use.readLock();
    if (!lease.tryLock()) {
      return null;
    }
    if (!open) {
      lease.unlock();
      return null;
    }
    return lease;
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
}
