package io.tailrace.sequencer.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tailrace.schemas.event.Event;
import io.tailrace.schemas.frame.EventJson;
import io.tailrace.schemas.frame.JsonText;
import io.tailrace.schemas.name.Channel;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.Lock;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;
import org.rocksdb.WriteBatch;

/**
 * One partition's history.
 *
 * <p>Thread: one writer; views from any thread.
 */
final class HistoryDb extends TopicDb {
  private static final byte LAYOUT_VERSION = 4;
  private static final int HEADS_MAX = 8192;

  private final Retention.OfKind retention;
  private final int partition;
  private final Map<Channel, Head> heads = new RecentHeads();
  private final Map<Channel, Head> batchHeads = new HashMap<>();
  private final MemberBatch batchMembers;
  private EpochRow epoch;

  private HistoryDb(Opened opened, Retention.OfKind retention, int partition)
      throws RocksDBException {
    super(opened);
    this.retention = retention;
    this.partition = partition;
    this.batchMembers = new MemberBatch(db, batch);
    epoch = EpochRow.decode(db.get(HistoryKeys.EPOCH));
  }

  /** Heads that were used lately; all others are read from the database. */
  private static final class RecentHeads extends LinkedHashMap<Channel, Head> {
    private static final long serialVersionUID = 1L;

    RecentHeads() {
      super(256, 0.75f, true);
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<Channel, Head> eldest) {
      return size() > HEADS_MAX;
    }
  }

  /**
   * Opens or creates it. One of another layout is emptied: it is rebuilt from the topic.
   *
   * @throws IllegalStateException where the folder cannot be used
   */
  static HistoryDb open(
      Path folder, RocksMemory memory, Retention.OfKind retention, int partition) {
    return open(
        folder,
        memory,
        LAYOUT_VERSION,
        "the history store",
        opened -> new HistoryDb(opened, retention, partition));
  }

  /** Whether the batch written last left the partition's epoch whole, so that it may be read. */
  boolean isWhole() {
    return epoch.isWhole();
  }

  /**
   * Takes one record into the batch.
   *
   * @param event null: the record holds no event, only its offset counts
   * @param isBehindMark whether the event says that its epoch's rebuild has come to its end
   * @throws BrokenLogException where the log contradicts itself or the store
   */
  void add(@Nullable Event event, boolean isBehindMark, long committedMs, long recordOffset)
      throws RocksDBException {
    if (event != null) {
      put(epoch.after(event.epoch(), isBehindMark));
      Head head = headOf(event.channel());
      switch (Applying.decide(head, event)) {
        case Applying.Append(Head next, boolean newEpoch) -> {
          if (newEpoch) {
            forget(event.channel());
          }
          append(event, committedMs, next);
          batchMembers.take(event, head == null || newEpoch);
        }
        case Applying.Skip _ -> checkRepeat(event, recordOffset);
        case Applying.Broken(String reason) ->
            throw new BrokenLogException(event.channel().full(), reason, partition, recordOffset);
      }
    }
    pass(recordOffset);
  }

  /**
   * Takes the end mark of a rebuild into the batch: all of the partition's channels are in that
   * epoch from here on, those without an event in it are empty.
   */
  void addMark(int markedEpoch, long recordOffset) throws RocksDBException {
    put(epoch.afterMark(markedEpoch));
    pass(recordOffset);
  }

  private void put(EpochRow next) throws RocksDBException {
    if (!next.equals(epoch)) {
      epoch = next;
      batch.put(HistoryKeys.EPOCH, next.encode());
    }
  }

  /** Writes the batch; returns the heads that readers can see now. */
  Map<Channel, Head> write() throws RocksDBException {
    if (isWritten()) {
      return Map.of();
    }
    for (Map.Entry<Channel, Head> entry : batchHeads.entrySet()) {
      batch.put(HistoryKeys.head(entry.getKey()), entry.getValue().encode());
    }
    writeBatch();
    Map<Channel, Head> written = Map.copyOf(batchHeads);
    heads.putAll(batchHeads);
    batchHeads.clear();
    batchMembers.clear();
    return written;
  }

  /**
   * Trims channels that are older than their kind keeps them, a number of heads at a time. Nothing
   * may be in the batch.
   *
   * @param from where to go on: what the call before returned; null: at the first head
   * @return where the next call goes on; null: all heads have been looked at
   */
  byte @Nullable [] trimSilent(byte @Nullable [] from, int headsMax, long nowMs)
      throws RocksDBException {
    try (Slice end = new Slice(HistoryKeys.above(HistoryKeys.heads()));
        // What is read once in hours shall not push out what is read all the time.
        ReadOptions uncached = new ReadOptions().setFillCache(false).setIterateUpperBound(end);
        ReadOptions single = new ReadOptions().setFillCache(false);
        RocksIterator scan = db.newIterator(uncached);
        WriteBatch trims = new WriteBatch()) {
      scan.seek(from == null ? HistoryKeys.heads() : from);
      for (int looked = 0; scan.isValid() && looked < headsMax; looked++) {
        Channel channel = HistoryKeys.channelOf(scan.key());
        Head head = Head.decode(scan.value());
        trimSilent(
            channel,
            head,
            trims,
            keep ->
                keep.firstKeptAt(
                    nowMs,
                    head,
                    seq ->
                        committedMs(single, HistoryKeys.event(channel, head.epoch(), seq), nowMs)));
        scan.next();
      }
      byte[] next = scan.isValid() ? scan.key() : null;
      scan.status();
      db.write(unlogged, trims);
      return next;
    }
  }

  private void trimSilent(
      Channel channel, Head head, WriteBatch trims, ToLongFunction<Retention> firstKept)
      throws RocksDBException {
    long first = firstKept.applyAsLong(retention.of(channel.kind()));
    if (first == head.first()) {
      return;
    }
    trims.deleteRange(
        HistoryKeys.event(channel, head.epoch(), head.first()),
        HistoryKeys.event(channel, head.epoch(), first));
    Head trimmed = head.keeping(first);
    trims.put(HistoryKeys.head(channel), trimmed.encode());
    heads.replace(channel, trimmed);
  }

  @Override
  void forget() {
    batchHeads.clear();
    batchMembers.clear();
    heads.clear();
    epoch = EpochRow.NONE;
  }

  /**
   * A view of now; null where the store is closed or closing, or stands within what a rebuild
   * brings.
   */
  @Nullable HistoryView view(PartitionProgress progress) {
    Lock lease = lease();
    if (lease == null) {
      return null;
    }
    // Noted before the snapshot is taken: the snapshot then has at least what it says.
    PartitionProgress.Polled polled = progress.polled();
    HistoryView view = new HistoryView(db, lease, polled);
    if (view.isWhole()) {
      return view;
    }
    view.close();
    return null;
  }

  private @Nullable Head headOf(Channel channel) throws RocksDBException {
    Head head = batchHeads.get(channel);
    if (head == null) {
      head = heads.get(channel);
    }
    if (head == null) {
      byte[] stored = db.get(HistoryKeys.head(channel));
      head = stored == null ? null : Head.decode(stored);
    }
    return head;
  }

  private void append(Event event, long committedMs, Head next) throws RocksDBException {
    Channel channel = event.channel();
    String entity = event.envelope().entity();
    StoredEvent stored =
        new StoredEvent(
            event.epoch(), event.seq(), event.chain(), committedMs, entity != null, json(event));
    batch.put(HistoryKeys.event(channel, event.epoch(), event.seq()), stored.encode());
    if (entity != null) {
      batch.put(HistoryKeys.entity(channel, entity.getBytes(UTF_8)), stored.encodeEntity());
    }
    batchHeads.put(channel, Retention.isDue(next.seq()) ? trim(channel, next, committedMs) : next);
  }

  /** Drops what the kind's contract does not keep. */
  private Head trim(Channel channel, Head head, long newestMs) throws RocksDBException {
    Retention keep = retention.of(channel.kind());
    if (keep.equals(Retention.ALL)) {
      return head;
    }
    long first;
    try (ReadOptions usual = new ReadOptions()) {
      first =
          keep.firstKept(
              head,
              newestMs,
              seq -> committedMs(usual, HistoryKeys.event(channel, head.epoch(), seq), newestMs));
    }
    if (first == head.first()) {
      return head;
    }
    batch.deleteRange(
        HistoryKeys.event(channel, head.epoch(), head.first()),
        HistoryKeys.event(channel, head.epoch(), first));
    return head.keeping(first);
  }

  /** An event that is still in the batch is as new as the newest one, for trimming. */
  private long committedMs(ReadOptions how, byte[] eventKey, long newestMs) {
    try {
      byte[] value = db.get(how, eventKey);
      return value == null ? newestMs : StoredEvent.committedMsOf(value);
    } catch (RocksDBException e) {
      throw new IllegalStateException("the history store cannot be read", e);
    }
  }

  /** Drops what the channel had in older epochs. */
  private void forget(Channel channel) throws RocksDBException {
    byte[] events = HistoryKeys.events(channel);
    batch.deleteRange(events, HistoryKeys.above(events));
    byte[] entities = HistoryKeys.entities(channel);
    batch.deleteRange(entities, HistoryKeys.above(entities));
    batchMembers.forget(channel);
  }

  /** A record that is read again must be the one that is stored. */
  private void checkRepeat(Event event, long recordOffset) throws RocksDBException {
    byte[] value = db.get(HistoryKeys.event(event.channel(), event.epoch(), event.seq()));
    if (value != null && StoredEvent.chainOf(value) != event.chain()) {
      throw new BrokenLogException(
          event.channel().full(),
          "seq " + event.seq() + " came with another chain before",
          partition,
          recordOffset);
    }
  }

  private static byte[] json(Event event) {
    JsonText text = new JsonText(event.data().length + 320);
    EventJson.element(text, event);
    return text.toByteArray();
  }
}
