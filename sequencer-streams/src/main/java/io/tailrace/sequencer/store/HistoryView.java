package io.tailrace.sequencer.store;

import io.tailrace.schemas.event.Chain;
import io.tailrace.schemas.name.Channel;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.Snapshot;

/** A {@link HistoryReader.View} on a RocksDB snapshot. Keeps the database open while it is open. */
final class HistoryView implements HistoryReader.View {
  /** Events that one call looks at while it seeks those without entity. */
  private static final int SCANNED_MAX = 20_000;

  private final RocksDB db;
  private final Lock lease;
  private final Snapshot snapshot;
  private final ReadOptions options;
  private final PartitionProgress.Polled polled;
  private final EpochRow epoch;
  private boolean closed;

  /**
   * @param lease held by the current thread, given back by {@link #close()}
   * @param polled what had been read before the snapshot was taken
   */
  HistoryView(RocksDB db, Lock lease, PartitionProgress.Polled polled) {
    this.db = db;
    this.lease = lease;
    this.polled = polled;
    this.snapshot = db.getSnapshot();
    this.options = new ReadOptions().setSnapshot(snapshot);
    this.epoch = EpochRow.decode(get(HistoryKeys.EPOCH));
  }

  /** Whether the partition stands outside of what a rebuild brings. */
  boolean isWhole() {
    return epoch.isWhole();
  }

  @Override
  public long position() {
    byte[] stored = get(HistoryKeys.OFFSET);
    return polled.effective(stored == null ? -1 : ByteBuffer.wrap(stored).getLong());
  }

  @Override
  public int epoch() {
    return Math.max(1, epoch.epoch());
  }

  @Override
  public Head head(Channel channel) {
    int epoch = epoch();
    byte[] stored = get(HistoryKeys.head(channel));
    Head head = stored == null ? null : Head.decode(stored);
    return head == null || head.epoch() < epoch ? Head.empty(epoch) : head;
  }

  @Override
  public @Nullable Long chainAt(Channel channel, long seq) {
    Head head = head(channel);
    if (seq == head.seq()) {
      return head.chain();
    }
    if (seq == 0) {
      return Chain.start(head.epoch());
    }
    if (seq < head.first() || seq > head.seq()) {
      return null;
    }
    byte[] value = get(HistoryKeys.event(channel, head.epoch(), seq));
    return value == null ? null : StoredEvent.chainOf(value);
  }

  @Override
  public HistoryReader.Run events(Channel channel, long after, int limit, int bytesMax) {
    Head head = head(channel);
    List<StoredEvent> events = new ArrayList<>();
    long from = Math.max(after + 1, head.first());
    if (from > head.seq()) {
      return new HistoryReader.Run(events, false);
    }
    long bytes = 0;
    byte[] end = HistoryKeys.event(channel, head.epoch(), head.seq() + 1);
    try (KeyScan scan = scan(HistoryKeys.event(channel, head.epoch(), from), end)) {
      for (; scan.isValid(); scan.next()) {
        StoredEvent event =
            StoredEvent.decode(head.epoch(), HistoryKeys.seqOf(scan.key()), scan.value());
        bytes += event.json().length;
        if (events.size() == limit || bytes > bytesMax && !events.isEmpty()) {
          return new HistoryReader.Run(events, true);
        }
        events.add(event);
      }
    }
    return new HistoryReader.Run(events, false);
  }

  @Override
  public HistoryReader.EntityRun entities(
      Channel channel, HistoryReader.@Nullable Cursor from, long upTo, int limit, int bytesMax) {
    return entities(channel, from, upTo, new Part(1, limit, bytesMax));
  }

  /** Fills a part. */
  HistoryReader.EntityRun entities(
      Channel channel, HistoryReader.@Nullable Cursor from, long upTo, Part part) {
    return switch (from) {
      case null -> withEntity(channel, HistoryKeys.entities(channel), upTo, part);
      case HistoryReader.Cursor.BehindEntity(byte[] entity) -> {
        byte[] key = HistoryKeys.entity(channel, entity);
        yield withEntity(channel, HistoryKeys.justAbove(key), upTo, part);
      }
      case HistoryReader.Cursor.BehindSeq(long seq) -> withoutEntity(channel, seq, upTo, part);
    };
  }

  private HistoryReader.EntityRun withEntity(Channel channel, byte[] from, long upTo, Part part) {
    int epoch = epoch();
    byte[] last = null;
    int passed = 0;
    try (KeyScan scan = scan(from, HistoryKeys.above(HistoryKeys.entities(channel)))) {
      for (; scan.isValid(); scan.next()) {
        byte[] value = scan.value();
        boolean isSeen = part.sees(StoredEvent.entitySeqOf(value));
        if (!isSeen && ++passed > SCANNED_MAX
            || isSeen && !part.takes(StoredEvent.decodeEntity(value), epoch)) {
          return part.next(
              last == null
                  ? new HistoryReader.Cursor.BehindEntity(new byte[0])
                  : new HistoryReader.Cursor.BehindEntity(last));
        }
        last = HistoryKeys.entityOf(channel, scan.key());
      }
    }
    return withoutEntity(channel, 0, upTo, part);
  }

  private HistoryReader.EntityRun withoutEntity(Channel channel, long after, long upTo, Part part) {
    Head head = head(channel);
    long from = Math.max(part.least, Math.max(after + 1, head.first()));
    long to = Math.min(upTo, head.lone());
    if (from > to) {
      return part.next(null);
    }
    long last = from - 1;
    int scanned = 0;
    try (KeyScan scan =
        scan(
            HistoryKeys.event(channel, head.epoch(), from),
            HistoryKeys.event(channel, head.epoch(), to + 1))) {
      for (; scan.isValid(); scan.next()) {
        long seq = HistoryKeys.seqOf(scan.key());
        StoredEvent event = StoredEvent.decode(head.epoch(), seq, scan.value());
        if (++scanned > SCANNED_MAX || !event.hasEntity() && !part.take(event)) {
          return part.next(new HistoryReader.Cursor.BehindSeq(last));
        }
        last = seq;
      }
    }
    return part.next(null);
  }

  @Override
  public Membership membership(Channel channel, String user) {
    byte[] closing = get(HistoryKeys.closing(channel));
    byte[] member = get(HistoryKeys.member(channel, user));
    return Membership.of(
        epoch(),
        closing == null ? null : ClosingRow.decode(closing),
        member == null ? null : MemberRow.decode(member));
  }

  @Override
  public List<String> channelsOf(String tenant, String user, String after, int most) {
    byte[] all = HistoryKeys.ofUser(tenant, user);
    byte[] from = HistoryKeys.justAbove(HistoryKeys.ofUser(tenant, user, after));
    List<String> names = new ArrayList<>();
    try (KeyScan scan = scan(from, HistoryKeys.above(all))) {
      for (; scan.isValid() && names.size() < most; scan.next()) {
        names.add(HistoryKeys.rest(scan.key()));
      }
    }
    return names;
  }

  @Override
  public HistoryReader.View seenFrom(Channel channel, long visibleFrom) {
    return visibleFrom <= 1 ? this : new SeenView(this, channel, visibleFrom);
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      options.close();
      db.releaseSnapshot(snapshot);
      snapshot.close();
    } finally {
      lease.unlock();
    }
  }

  private byte @Nullable [] get(byte[] key) {
    try {
      return db.get(options, key);
    } catch (RocksDBException e) {
      throw new IllegalStateException("the history store cannot be read", e);
    }
  }

  private KeyScan scan(byte[] from, byte[] end) {
    return new KeyScan(db, snapshot, from, end);
  }

  /** The part of a snapshot that is being filled. */
  static final class Part {
    private final long least;
    private final int limit;
    private final int bytesMax;
    private final List<StoredEvent> events = new ArrayList<>();
    private long bytes;

    /** Of what is not below a seq. */
    Part(long least, int limit, int bytesMax) {
      this.least = least;
      this.limit = limit;
      this.bytesMax = bytesMax;
    }

    boolean sees(long seq) {
      return seq >= least;
    }

    /** Takes an event of the epoch, passes over all others; false where the part is full. */
    boolean takes(StoredEvent event, int epoch) {
      return event.epoch() != epoch || take(event);
    }

    /** Takes an event; false where the part is full. */
    boolean take(StoredEvent event) {
      if (events.size() == limit || !events.isEmpty() && bytes + event.json().length > bytesMax) {
        return false;
      }
      bytes += event.json().length;
      events.add(event);
      return true;
    }

    HistoryReader.EntityRun next(HistoryReader.@Nullable Cursor cursor) {
      return new HistoryReader.EntityRun(events, cursor);
    }
  }
}
