package io.tailrace.sequencer.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.topic.Placement;
import io.tailrace.schemas.topic.ReceiptRecord;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The partitions that this process holds: written by the Streams threads, read by request threads.
 */
public final class HistoryPartitions implements HistoryReader {
  private final AtomicReferenceArray<@Nullable HistoryDb> taken;
  private final PartitionProgress[] progress;
  private final Placement placement;
  private final HistoryListener listener;
  private final Lease lease;
  private final ReceiptPartitions receipts;

  /**
   * For a log of so many partitions, read as long as the lease holds.
   *
   * @param placement which channels are in which
   */
  HistoryPartitions(int partitions, Placement placement, HistoryListener listener, Lease lease) {
    this.placement = placement;
    this.lease = lease;
    this.taken = new AtomicReferenceArray<>(partitions);
    this.progress = new PartitionProgress[partitions];
    for (int i = 0; i < partitions; i++) {
      progress[i] = new PartitionProgress();
    }
    this.listener = listener;
    this.receipts = new ReceiptPartitions(partitions, listener);
  }

  /** What has been read in the partitions. */
  ReceiptPartitions receipts() {
    return receipts;
  }

  @Override
  public int partitions() {
    return progress.length;
  }

  @Override
  public int partitionOf(Channel channel) {
    return placement.partitionOf(channel.full(), progress.length);
  }

  /** The partition of a receipt's key, of so many. */
  int partitionOf(byte[] receiptKey, int partitions) {
    return placement.partitionOf(ReceiptRecord.placedBy(new String(receiptKey, UTF_8)), partitions);
  }

  @Override
  public @Nullable View open(int partition) {
    HistoryDb db = taken.get(partition);
    return db == null || !isReadable(partition) ? null : db.view(progress[partition]);
  }

  @Override
  public @Nullable ReceiptView openReceipts(int partition) {
    View history = open(partition);
    ReceiptRows rows = history == null ? null : receipts.open(partition);
    if (history == null || rows == null) {
      if (history != null) {
        history.close();
      }
      return null;
    }
    return new ReceiptMoment(history, rows);
  }

  @Override
  public boolean holds(int partition) {
    return taken.get(partition) != null;
  }

  /** Whether the partition can be opened. */
  boolean isReadable(int partition) {
    PartitionProgress at = progress[partition];
    return holds(partition) && at.isReadable() && lease.holds(at.heardNanos());
  }

  @Override
  public boolean ready() {
    for (int i = 0; i < progress.length; i++) {
      if (!isReadable(i)) {
        return false;
      }
    }
    return true;
  }

  /** Offset up to which the partition's store holds the log; -1 where it holds nothing. */
  public long position(int partition) {
    return taken.get(partition) == null ? -1 : progress[partition].position();
  }

  /** The store has been restored and is being fed. */
  void taken(int partition, HistoryDb db) {
    progress[partition].taken(db.offset(), db.isWhole());
    taken.set(partition, db);
  }

  /** The store is closed or handed to another process. */
  void left(int partition) {
    if (partition >= 0) {
      taken.set(partition, null);
      listener.availability(partition);
    }
  }

  long lastPolled(int partition) {
    return progress[partition].polled().last();
  }

  /** A batch has become visible. */
  void written(int partition, long offset, boolean isWhole, Map<Channel, Head> heads) {
    PartitionProgress at = progress[partition];
    boolean before = at.isReadable();
    at.stored(offset, isWhole);
    for (Map.Entry<Channel, Head> entry : heads.entrySet()) {
      Head head = entry.getValue();
      listener.appended(partition, entry.getKey(), head.epoch(), head.seq());
    }
    told(partition, before, at);
  }

  /** The partition's broker has answered. */
  void heard(int partition) {
    PartitionProgress at = progress[partition];
    boolean before = isReadable(partition);
    at.heard(lease.nowNanos());
    if (!before && isReadable(partition)) {
      listener.availability(partition);
    }
  }

  /** The consumer has been asked for more. */
  void polled(int partition, PartitionProgress.Polled now, long logEnd) {
    PartitionProgress at = progress[partition];
    if (taken.get(partition) == null) {
      return;
    }
    boolean before = at.isReadable();
    if (before && now.equals(at.polled())) {
      return;
    }
    at.polled(now, logEnd);
    told(partition, before, at);
  }

  private void told(int partition, boolean before, PartitionProgress at) {
    if (at.isReadable() != before) {
      listener.availability(partition);
    }
    listener.moved(partition, at.position());
  }
}
