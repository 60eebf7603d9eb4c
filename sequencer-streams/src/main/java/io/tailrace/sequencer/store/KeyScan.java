package io.tailrace.sequencer.store;

import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;
import org.rocksdb.Snapshot;

/** An iterator over a snapshot's keys from one up to, without, another. Thread: its maker's. */
final class KeyScan implements AutoCloseable {
  private final Slice end;
  private final ReadOptions options;
  private final RocksIterator iterator;

  KeyScan(RocksDB db, Snapshot snapshot, byte[] from, byte[] end) {
    this.end = new Slice(end);
    this.options = new ReadOptions().setSnapshot(snapshot).setIterateUpperBound(this.end);
    this.iterator = db.newIterator(options);
    iterator.seek(from);
  }

  /** Whether it stands on an entry; a read error throws instead of looking like the end. */
  boolean isValid() {
    if (iterator.isValid()) {
      return true;
    }
    try {
      iterator.status();
      return false;
    } catch (RocksDBException e) {
      throw new IllegalStateException("the store cannot be read", e);
    }
  }

  void next() {
    iterator.next();
  }

  byte[] key() {
    return iterator.key();
  }

  byte[] value() {
    return iterator.value();
  }

  @Override
  public void close() {
    iterator.close();
    options.close();
    end.close();
  }
}
