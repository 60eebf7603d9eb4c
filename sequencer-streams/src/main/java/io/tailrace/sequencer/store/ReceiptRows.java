package io.tailrace.sequencer.store;

import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.topic.ReceiptRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Lock;
import org.rocksdb.RocksDB;
import org.rocksdb.Snapshot;

/** What has been read, on a RocksDB snapshot. Keeps the database open while it is open. */
final class ReceiptRows implements AutoCloseable {
  private final RocksDB db;
  private final Lock lease;
  private final Snapshot snapshot;
  private boolean closed;

  /** With a lease that the current thread holds, and gives back by {@link #close()}. */
  ReceiptRows(RocksDB db, Lock lease) {
    this.db = db;
    this.lease = lease;
    this.snapshot = db.getSnapshot();
  }

  /** What is found under a key. */
  private interface Row<T> {
    T of(String name, ReceiptRecord.Place place);
  }

  List<HistoryReader.UserPlace> receipts(Channel channel, String after, int most) {
    return rows(
        ReceiptKeys.byChannel(channel, ""),
        ReceiptKeys.byChannel(channel, after),
        most,
        HistoryReader.UserPlace::new);
  }

  List<HistoryReader.ChannelPlace> channelsOf(String tenant, String user, String after, int most) {
    return rows(
        ReceiptKeys.byUser(tenant, user, ""),
        ReceiptKeys.byUser(tenant, user, after),
        most,
        HistoryReader.ChannelPlace::new);
  }

  /** Above a key, whatever is below it begins with; the first key alone is nobody's. */
  private <T> List<T> rows(byte[] all, byte[] after, int most, Row<T> row) {
    List<T> rows = new ArrayList<>();
    try (KeyScan scan =
        new KeyScan(db, snapshot, HistoryKeys.justAbove(after), HistoryKeys.above(all))) {
      for (; scan.isValid() && rows.size() < most; scan.next()) {
        rows.add(row.of(HistoryKeys.rest(scan.key()), ReceiptDb.decode(scan.value())));
      }
    }
    return rows;
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      db.releaseSnapshot(snapshot);
      snapshot.close();
    } finally {
      lease.unlock();
    }
  }
}
