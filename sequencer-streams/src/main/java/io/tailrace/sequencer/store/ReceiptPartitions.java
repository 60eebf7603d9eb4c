package io.tailrace.sequencer.store;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The receipts of the partitions that this process holds: written by the Streams threads, read by
 * request threads.
 */
final class ReceiptPartitions {
  private final AtomicReferenceArray<@Nullable ReceiptDb> taken;
  private final PartitionProgress[] progress;
  private final HistoryListener listener;

  ReceiptPartitions(int partitions, HistoryListener listener) {
    this.taken = new AtomicReferenceArray<>(partitions);
    this.progress = new PartitionProgress[partitions];
    for (int i = 0; i < partitions; i++) {
      progress[i] = new PartitionProgress();
    }
    this.listener = listener;
  }

  /** Null where the partition is not here, or not caught up with where its topic ended. */
  @Nullable ReceiptRows open(int partition) {
    ReceiptDb db = taken.get(partition);
    return db == null || !progress[partition].isCaughtUp() ? null : db.view();
  }

  /** The store has been restored and is being fed. */
  void taken(int partition, ReceiptDb db) {
    progress[partition].taken(db.offset(), true);
    taken.set(partition, db);
  }

  /** The store is closed or handed to another process. */
  void left(int partition) {
    if (partition >= 0) {
      taken.set(partition, null);
    }
  }

  long lastPolled(int partition) {
    return progress[partition].polled().last();
  }

  /** A batch has become visible. */
  void written(int partition, long offset) {
    PartitionProgress at = progress[partition];
    boolean before = at.isCaughtUp();
    at.stored(offset, true);
    told(partition, before, at);
  }

  /** The consumer has been asked for more. */
  void polled(int partition, PartitionProgress.Polled now, long logEnd) {
    PartitionProgress at = progress[partition];
    if (taken.get(partition) == null) {
      return;
    }
    boolean before = at.isCaughtUp();
    at.polled(now, logEnd);
    told(partition, before, at);
  }

  private void told(int partition, boolean before, PartitionProgress at) {
    if (at.isCaughtUp() != before) {
      listener.availability(partition);
    }
  }
}
