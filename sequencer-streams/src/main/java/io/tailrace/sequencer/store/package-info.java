/**
 * The history store: per partition of {@code tailrace.events} one RocksDB with the events, the
 * latest event of each entity, the head of each channel, and who its members are, which retention
 * leaves alone. The catch-up service runs the topology and reads through {@link
 * io.tailrace.sequencer.store.HistoryReader}.
 *
 * <p>It has no changelog of its own: its changelog is {@code tailrace.events}. Data and the offset
 * they stand for are written in one batch into one column family, so that after any end of the
 * process the disk holds a prefix of the log, and says which.
 *
 * <p>Beside it lies what users have read: per partition of {@code tailrace.receipts}, which are
 * placed as the events of their channels, a RocksDB of the furthest place of each user and channel,
 * by channel and by user. A place never goes back. One of an older epoch is void: it says that the
 * user has read the channel, and nothing of how far.
 *
 * <p>Reads: {@code tailrace.events}, committed records only, {@code tailrace.receipts}. Writes:
 * RocksDB in the state directory; to {@code tailrace.receipts} what a later record of less has
 * covered. Thread: the Streams thread that has the partition writes; any thread reads, each through
 * its own snapshot. Bound: one block cache and one write buffer for all partitions, a number of
 * heads in memory per partition, retention per contract on disk. When full: RocksDB flushes or
 * evicts. Fails: a hole or another chain in the log stops the thread and is not served.
 */
@NullMarked
package io.tailrace.sequencer.store;

import org.jspecify.annotations.NullMarked;
