package io.tailrace.gateway.lane;

import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What waits for one connection: references to shared bytes, by lane, bounded in bytes and entries.
 *
 * <p>Order within a lane is kept; between lanes the higher one goes first, except that an entry of
 * which a part has been written is finished before anything else, since the wire is inside it.
 *
 * <p>An ephemeral entry with a key takes the place of one that waits with the same key. Where there
 * is no room, entries are shed from the lowest lane up, the oldest first, never one of a lane above
 * the one that asks, never an event, and nothing where that would not make room. Each ephemeral
 * lane keeps to its share of the bound; an empty lane takes one entry of any size. A channel of
 * which a change of presence was shed is torn: its other changes are shed too, until a whole state
 * comes or {@link #takeTorn} has been called.
 *
 * <p>Answers and the frames that end a subscription ({@link #answer}) have room of their own beside
 * the bound, so that a queue full of events can still say {@code behind}. Owned by one thread.
 */
public final class SendQueue {
  /**
   * What an entry costs besides its bytes, so that many small ones are bounded too: an {@link
   * Entry} (56 bytes with compressed references) and its view (56).
   */
  public static final int ENTRY_BYTES = 112;

  private static final Object ANSWER = new Object();
  private static final Object CURSOR = new Object();

  private final Bounds bounds;
  private final Account account;
  private final Waiting waiting;
  private @Nullable Set<String> torn;
  private long @Nullable [] shed;
  private long pressure;

  /**
   * What bounds a queue.
   *
   * @param bytesMax bound of what waits in the lanes
   * @param entriesMax how many entries that may be
   * @param answerBytesMax bound of the answers that wait beside them
   */
  public record Bounds(long bytesMax, int entriesMax, long answerBytesMax) {
    /** Checks that there is room. */
    public Bounds {
      if (bytesMax <= 0 || entriesMax <= 0 || answerBytesMax <= 0) {
        throw new IllegalArgumentException("a queue needs room");
      }
    }
  }

  /** An empty queue. */
  public SendQueue(Bounds bounds, Account account) {
    this.bounds = bounds;
    this.account = account;
    this.waiting = new Waiting(account);
  }

  /**
   * Appends events.
   *
   * <p>A queue without events takes any, so that one larger than the bound is sent and not refused
   * for ever.
   *
   * @param owner whose events they are; as {@link #dropEvents} tells it
   * @param after the seq before the first one
   * @param view of shared bytes; position (0) and limit are the queue's from here on
   * @return false where there is no room even without all lower lanes; nothing has changed
   */
  public boolean offer(Object owner, long after, Shared shared, ByteBuffer view) {
    if (!makeRoom(Lane.EVENT, view.remaining() + ENTRY_BYTES, null)) {
      return false;
    }
    waiting.append(new Entry(Lane.EVENT, owner, after, false, view, shared));
    return true;
  }

  /**
   * Appends something ephemeral, or puts it in the place of what it replaces.
   *
   * @return whether it waits now; if not, it is counted as shed
   */
  public boolean offer(Subject subject, Shared shared) {
    Lane lane = subject.lane();
    if (subject.isChange() && isTorn(subject)) {
      count(lane);
      return false;
    }
    if (lane.hasChanges() && subject.whole()) {
      mend(lane, subject.channel());
    }
    int cost = shared.size() + ENTRY_BYTES;
    Entry replaced = waiting.line(lane).find(subject);
    if (replaced != null) {
      account.coalesced(lane);
    }
    if (!makeRoom(lane, cost, replaced) || subject.isChange() && isTorn(subject)) {
      if (replaced != null) {
        waiting.remove(replaced);
      }
      pressure++;
      count(lane);
      tear(subject);
      return false;
    }
    if (replaced == null) {
      waiting.append(new Entry(lane, subject, 0, false, shared.view(), shared));
    } else {
      waiting.replace(replaced, shared);
    }
    return true;
  }

  /**
   * Appends an answer behind the events that wait.
   *
   * @return false where the other side asks and never reads; nothing has been appended
   */
  public boolean answer(byte[] own) {
    return answer(ANSWER, own);
  }

  /** Appends an answer that tells where the reader stands once the events before it are read. */
  public boolean cursor(byte[] own) {
    return answer(CURSOR, own);
  }

  private boolean answer(Object what, byte[] own) {
    int cost = own.length + ENTRY_BYTES;
    if (waiting.answerBytes() + cost > bounds.answerBytesMax()) {
      return false;
    }
    waiting.append(new Entry(Lane.EVENT, what, 0, true, ByteBuffer.wrap(own), null));
    return true;
  }

  /**
   * Fills an array with what goes next. The buffers are the queue's own: the writer moves their
   * positions and then calls {@link #written}.
   *
   * @return how many were filled in
   */
  public int gather(ByteBuffer[] into) {
    return waiting.gather(into);
  }

  /** Removes what has been written since {@link #gather}. */
  public void written() {
    waiting.written();
  }

  /**
   * Drops everything but the rest of an entry of which a part has been written. This is no
   * shedding: the connection is about to end.
   */
  public void dropUnsent() {
    waiting.dropUnsent();
  }

  /** Drops everything: the connection has ended. */
  public void end() {
    waiting.dropUnsent();
    waiting.dropBegun();
  }

  /**
   * Sheds all that waits in the lowest lane that has something.
   *
   * @return false where nothing is left that may be shed
   */
  public boolean shedLowest() {
    for (int i = Waiting.LANES.length - 1; i >= 0 && Waiting.LANES[i].isShed(); i--) {
      Line line = waiting.at(i);
      if (line != null && line.first() != null) {
        while (line.first() != null) {
          shedOldest(line, null);
        }
        return true;
      }
    }
    return false;
  }

  /**
   * Drops all events that wait whole and whose owner is to lose them, and cursors, which may tell
   * of them. The owner's subscription must end below what was dropped.
   *
   * @return by owner, the seq before the first one dropped
   */
  public Map<Object, Long> dropEvents(Predicate<Object> loses) {
    Map<Object, Long> dropped = new LinkedHashMap<>();
    Entry entry = waiting.line(Lane.EVENT).first();
    while (entry != null) {
      Entry next = entry.next;
      boolean lost = !entry.answer && loses.test(entry.about);
      if (lost) {
        dropped.putIfAbsent(entry.about, entry.after);
      }
      if (lost || entry.about == CURSOR) {
        waiting.remove(entry);
      }
      entry = next;
    }
    return dropped;
  }

  /** The channels of which changes were shed and no whole state has come; none after this. */
  public Set<String> takeTorn() {
    Set<String> taken = torn;
    torn = null;
    return taken == null ? Set.of() : taken;
  }

  /** How many entries of each lane, by its place, were ever shed here; null for none at all. */
  public long @Nullable [] shed() {
    return shed;
  }

  /** How often something was shed for lack of room, and not because a change before it was. */
  public long pressure() {
    return pressure;
  }

  /** Whether nothing waits. */
  public boolean isEmpty() {
    return waiting.entries() + waiting.answers() == 0;
  }

  /** Whether little enough waits to say that the other side keeps up. */
  public boolean isCalm() {
    return waiting.bytes() <= bounds.bytesMax() / 8;
  }

  /** What waits in the lanes, in bytes, with what each entry costs beside its own. */
  public long bytes() {
    return waiting.bytes();
  }

  /** What waits at all, answers too, in bytes as if none were shared. */
  public long size() {
    return waiting.bytes() + waiting.answerBytes();
  }

  /** Whether so many answers wait that no more should be asked for now. */
  public boolean isAnswering() {
    return waiting.answerBytes() > bounds.answerBytesMax() / 4;
  }

  /** How many entries wait, answers too. */
  public int entries() {
    return waiting.entries() + waiting.answers();
  }

  /**
   * Sheds until an entry fits.
   *
   * @param kept the one that it would replace
   * @return false where it does not, and then nothing has been shed
   */
  private boolean makeRoom(Lane lane, int cost, @Nullable Entry kept) {
    long stayingBytes = 0;
    int staying = 0;
    Entry begun = waiting.begun();
    if (begun != null && !begun.answer) {
      stayingBytes += begun.cost;
      staying++;
    }
    for (int i = 0; i < Waiting.LANES.length; i++) {
      Line line = waiting.at(i);
      if (line != null && (i < lane.place() || !Waiting.LANES[i].isShed())) {
        stayingBytes += line.bytes();
        staying += line.entries();
      }
    }
    if (stayingBytes > 0 && stayingBytes + cost > bounds.bytesMax()
        || staying + 1 > bounds.entriesMax()) {
      return false;
    }
    int keptCost = kept == null ? 0 : kept.cost;
    int keptOne = kept == null ? 0 : 1;
    if (lane.isShed()) {
      keepToShare(lane, cost - keptCost, 1 - keptOne, kept);
    }
    for (int i = Waiting.LANES.length - 1; i >= lane.place() && Waiting.LANES[i].isShed(); i--) {
      Line line = waiting.at(i);
      while (line != null
          && line.oldest(kept) != null
          && (waiting.bytes() - keptCost + cost > bounds.bytesMax()
              || waiting.entries() - keptOne + 1 > bounds.entriesMax())) {
        shedOldest(line, kept);
      }
    }
    return true;
  }

  private void keepToShare(Lane lane, int moreBytes, int more, @Nullable Entry kept) {
    Line line = waiting.line(lane);
    long bytesMax = lane.share(bounds.bytesMax());
    long entriesMax = Math.max(1, lane.share(bounds.entriesMax()));
    while (line.oldest(kept) != null
        && (line.bytes() + moreBytes > bytesMax || line.entries() + more > entriesMax)) {
      shedOldest(line, kept);
    }
  }

  private void shedOldest(Line line, @Nullable Entry kept) {
    Entry oldest = line.oldest(kept);
    if (oldest == null) {
      return;
    }
    waiting.remove(oldest);
    pressure++;
    count(oldest.lane);
    Subject subject = oldest.subject();
    if (subject != null) {
      tear(subject);
    }
  }

  private void count(Lane lane) {
    long[] counts = shed;
    if (counts == null) {
      counts = new long[Waiting.LANES.length];
      shed = counts;
    }
    counts[lane.place()]++;
    account.shed(lane);
  }

  private boolean isTorn(Subject subject) {
    return torn != null && torn.contains(subject.channel());
  }

  /** One of a list is not told: without it, the others of the list would tell what is not so. */
  private void tear(Subject subject) {
    if (!subject.isOfList(subject.channel())) {
      return;
    }
    if (torn == null) {
      torn = new HashSet<>();
    }
    torn.add(subject.channel());
    Entry entry = waiting.line(subject.lane()).first();
    while (entry != null) {
      Entry next = entry.next;
      if (isOfList(entry, subject.channel())) {
        waiting.remove(entry);
        count(subject.lane());
      }
      entry = next;
    }
  }

  /** A whole state comes: what waits of its channel's list would be told in vain. */
  private void mend(Lane lane, String channel) {
    if (torn != null) {
      torn.remove(channel);
    }
    Entry entry = waiting.line(lane).first();
    while (entry != null) {
      Entry next = entry.next;
      if (isOfList(entry, channel)) {
        waiting.remove(entry);
        account.coalesced(lane);
      }
      entry = next;
    }
  }

  private static boolean isOfList(Entry entry, String channel) {
    Subject subject = entry.subject();
    return subject != null && subject.isOfList(channel);
  }
}
