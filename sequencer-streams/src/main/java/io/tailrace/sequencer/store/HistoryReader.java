package io.tailrace.sequencer.store;

import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.topic.ReceiptRecord;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the history of the partitions that this process holds. Thread: any. */
public interface HistoryReader {
  /** Number of partitions of the log. */
  int partitions();

  /** The partition of a channel, as Kafka's default partitioner places its key. */
  int partitionOf(Channel channel);

  /**
   * Opens a view of one moment. Everything read through it stands at one position, so that a head
   * and the events up to it, or a role and what it may see, belong together.
   *
   * @return null where this process does not hold the partition, or is not yet caught up with where
   *     the log ended when it took the partition, or stands within what a rebuild brings: the
   *     caller answers {@code not_ready}, never less than it answered before
   */
  @Nullable View open(int partition);

  /**
   * Opens a view of what has been read, with the history of the same moment beside it.
   *
   * @return null where {@link #open} would be, or where this process is not yet caught up with what
   *     had been read when it took the partition
   */
  @Nullable ReceiptView openReceipts(int partition);

  /** Whether this process feeds the partition, be it readable already or not. */
  boolean holds(int partition);

  /** Whether every partition can be opened. */
  boolean ready();

  /**
   * One moment of one partition. Holds a RocksDB snapshot: to be closed soon, by the thread that
   * opened it, and never kept while waiting for a client.
   */
  interface View extends AutoCloseable {
    /**
     * Everything below this offset of the partition is in the view, transaction markers counted.
     */
    long position();

    /** The highest epoch that the partition has seen; 1 where it holds nothing yet. */
    int epoch();

    /** The channel's head, in the view's epoch. */
    Head head(Channel channel);

    /** The chain at a seq; null where the view does not have that seq. Seq 0 has one. */
    @Nullable Long chainAt(Channel channel, long seq);

    /**
     * Events above {@code after}, in order.
     *
     * @param limit events at most
     * @param bytesMax bytes of JSON at most; one event is given even where it alone is larger
     */
    Run events(Channel channel, long after, int limit, int bytesMax);

    /**
     * The entities of a snapshot: first the latest event of every entity, in the order of their
     * keys, then, since each stands for itself, the kept events without entity up to {@code upTo},
     * by seq.
     *
     * @param from where to go on; null: at the beginning
     * @param upTo the snapshot's seq; an entity may be newer
     */
    EntityRun entities(Channel channel, @Nullable Cursor from, long upTo, int limit, int bytesMax);

    /** What the channel's members are to a user. Reads the same for every channel and user. */
    Membership membership(Channel channel, String user);

    /**
     * Channels of the partition of which the user is a member, or was in this or an older epoch.
     *
     * @param after names above this one; empty: all
     * @param most so many at most
     * @return their names, {@code kind:id}, in order
     */
    List<String> channelsOf(String tenant, String user, String after, int most);

    /**
     * This moment for one who may see a channel from a seq on only: events and entities below it
     * are not there, and the channel's {@code first} is not below it. Closed with this one.
     */
    View seenFrom(Channel channel, long visibleFrom);

    @Override
    void close();
  }

  /**
   * What has been read in one partition, and its history. The receipts may be a little newer. To be
   * closed soon, by the thread that opened it.
   */
  interface ReceiptView extends AutoCloseable {
    /** The partition's history; closed with this. */
    View history();

    /**
     * How far users have read the channel, of whatever epoch.
     *
     * @param after users above this one; empty: all
     * @param most so many at most
     * @return in the order of the users' names as UTF-8
     */
    List<UserPlace> receipts(Channel channel, String after, int most);

    /**
     * Channels that the user has read, of whatever epoch, or is or was a member of.
     *
     * @param after names above this one; empty: all
     * @param most so many at most
     * @return in the order of their names
     */
    List<ChannelPlace> channelsOf(String tenant, String user, String after, int most);

    @Override
    void close();
  }

  /** How far a user has read. */
  record UserPlace(String user, ReceiptRecord.Place place) {}

  /**
   * How far one has read a channel.
   *
   * @param name {@code kind:id}
   * @param place null where nothing says so
   */
  record ChannelPlace(String name, ReceiptRecord.@Nullable Place place) {}

  /**
   * Consecutive events.
   *
   * @param more whether there are more above the last one
   */
  record Run(List<StoredEvent> events, boolean more) {}

  /**
   * Part of a snapshot.
   *
   * @param next where the next part begins; null: this was the last
   */
  record EntityRun(List<StoredEvent> events, @Nullable Cursor next) {}

  /** Where a snapshot goes on. */
  sealed interface Cursor {
    /** Behind this entity. */
    @SuppressWarnings("ArrayRecordComponent") // bytes are handed on, never compared or changed
    record BehindEntity(byte[] entity) implements Cursor {}

    /** Behind this seq, among the events without entity. */
    record BehindSeq(long seq) implements Cursor {}
  }
}
