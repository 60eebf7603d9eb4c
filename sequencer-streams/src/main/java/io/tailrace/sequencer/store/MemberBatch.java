package io.tailrace.sequencer.store;

import io.tailrace.schemas.event.Event;
import io.tailrace.schemas.event.MemberChange;
import io.tailrace.schemas.name.Channel;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/**
 * The rows of members that the batch being gathered changes. Retention never touches them: who
 * belongs to a channel outlives its events. Thread: the database's one writer.
 */
final class MemberBatch {
  private static final byte[] NOTHING = {};

  private final RocksDB db;
  private final WriteBatch batch;
  private final Map<Channel, ClosingRow> closings = new HashMap<>();
  private final Map<Member, MemberRow> members = new HashMap<>();

  private record Member(Channel channel, String user) {}

  MemberBatch(RocksDB db, WriteBatch batch) {
    this.db = db;
    this.batch = batch;
  }

  /**
   * Takes what an event says about members, if anything. The event has just become the head.
   *
   * @param begins whether the store has nothing of the channel in the event's epoch before it
   */
  void take(Event event, boolean begins) throws RocksDBException {
    Channel channel = event.channel();
    if (begins && event.seq() > 1) {
      put(channel, new ClosingRow(event.epoch(), event.seq(), 0));
    }
    MemberChange change = MemberChange.of(event.envelope(), event.data());
    if (change == null) {
      return;
    }
    Member member = new Member(channel, change.user());
    MemberFold next =
        MemberFold.of(closing(channel), row(member), change, event.epoch(), event.seq());
    put(channel, next.closing());
    members.put(member, next.member());
    batch.put(HistoryKeys.member(channel, change.user()), next.member().encode());
    byte[] ofUser = HistoryKeys.ofUser(channel.tenant(), change.user(), channel.name());
    if (next.member().role() == null) {
      batch.delete(ofUser);
    } else {
      batch.put(ofUser, NOTHING);
    }
  }

  /**
   * Drops what the channel had in older epochs. The entries by user stay: they say where to look,
   * and what they lead to is gone.
   */
  void forget(Channel channel) throws RocksDBException {
    byte[] rows = HistoryKeys.members(channel);
    batch.deleteRange(rows, HistoryKeys.above(rows));
    batch.delete(HistoryKeys.closing(channel));
    closings.remove(channel);
    members.keySet().removeIf(member -> member.channel().equals(channel));
  }

  /** The batch has been written, or thrown away. */
  void clear() {
    closings.clear();
    members.clear();
  }

  private void put(Channel channel, ClosingRow row) throws RocksDBException {
    closings.put(channel, row);
    batch.put(HistoryKeys.closing(channel), row.encode());
  }

  private @Nullable ClosingRow closing(Channel channel) throws RocksDBException {
    ClosingRow row = closings.get(channel);
    if (row != null) {
      return row;
    }
    byte[] stored = db.get(HistoryKeys.closing(channel));
    return stored == null ? null : ClosingRow.decode(stored);
  }

  private @Nullable MemberRow row(Member member) throws RocksDBException {
    MemberRow row = members.get(member);
    if (row != null) {
      return row;
    }
    byte[] stored = db.get(HistoryKeys.member(member.channel(), member.user()));
    return stored == null ? null : MemberRow.decode(stored);
  }
}
