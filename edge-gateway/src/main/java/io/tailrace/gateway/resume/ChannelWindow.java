package io.tailrace.gateway.resume;

import io.tailrace.gateway.encode.Frame;
import io.tailrace.schemas.event.MemberChange;
import java.util.Arrays;
import java.util.Collections;
import java.util.NavigableMap;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The recent frames of one channel: seqs without a gap, the highest of which is the last one seen.
 *
 * <p>The feed is read before its transactions commit, so a seq may come again, come with another
 * chain, or come from a writer that has been replaced. What is compared is the chain kept for that
 * seq; the rules and their reasons are those of {@link Windows#accept}. Owned by one thread.
 */
public final class ChannelWindow {
  private static final int FIRST_CAPACITY = 4;

  private final String channel;
  private final int partition;
  private final Pieces pieces = new Pieces(this);
  private @Nullable Frame[] ring = new @Nullable Frame[FIRST_CAPACITY];
  private int head;
  private int size;
  private long last;
  private long lastChain;
  private boolean lastChainKnown;
  private long lastOffset = -1;
  private long beganAtOffset = -1;
  private long minSeq;
  private NavigableMap<Long, MemberChange> members = Collections.emptyNavigableMap();
  private int holders;

  ChannelWindow(String channel, int partition) {
    this.channel = channel;
    this.partition = partition;
  }

  ChannelWindow copy() {
    ChannelWindow copy = new ChannelWindow(channel, partition);
    copy.ring = Arrays.copyOf(ring, ring.length);
    copy.head = head;
    copy.size = size;
    copy.last = last;
    copy.lastChain = lastChain;
    copy.lastChainKnown = lastChainKnown;
    copy.lastOffset = lastOffset;
    copy.beganAtOffset = beganAtOffset;
    copy.minSeq = minSeq;
    copy.members = members.isEmpty() ? members : new TreeMap<>(members);
    return copy;
  }

  /** The full name of the channel. */
  public String channel() {
    return channel;
  }

  /** The partition that it lies in. */
  public int partition() {
    return partition;
  }

  /** The highest seq seen, 0 before the first one. */
  public long last() {
    return last;
  }

  /** The last membership event that the window has seen, 0 for none: a replica must have it too. */
  public long minSeq() {
    return minSeq;
  }

  /** The changes of members among the kept frames of these seqs, in order; almost always none. */
  public SortedMap<Long, MemberChange> members(long first, long last) {
    return members.isEmpty() || first > last
        ? Collections.emptySortedMap()
        : members.subMap(first, true, last, true);
  }

  /** Whether frames are kept from this seq up to the last one. */
  public boolean covers(long seq) {
    return size > 0 && firstSeq() <= seq;
  }

  /** The frame of a seq, null where it is not kept. */
  public @Nullable Frame frame(long seq) {
    return size == 0 || seq < firstSeq() || seq > last ? null : at((int) (seq - firstSeq()));
  }

  /** What is read out of the window, shared by all to whom it is read. */
  public Pieces pieces() {
    return pieces;
  }

  /** Whether the chain at a seq is known here. */
  public boolean knowsChain(long seq) {
    return frame(seq) != null || seq == last && last > 0 && lastChainKnown;
  }

  /** The chain at a seq that {@link #knowsChain}. */
  public long chain(long seq) {
    Frame frame = frame(seq);
    return frame == null ? lastChain : frame.chain();
  }

  /**
   * The highest seq that the store does not contradict: above its head, what was last sighted below
   * its position was aborted and has not come again.
   *
   * <p>Such frames stay in the window: an aborted transaction is emitted again with the same bytes,
   * so those who have them need not hear of it, and if other bytes come instead, that is a
   * divergence. Who joins meanwhile starts below them.
   */
  public long lastValid(long storeHead, long storePosition) {
    if (size == 0) {
      return last > storeHead && lastOffset < storePosition ? storeHead : last;
    }
    int kept = size;
    while (kept > 0 && at(kept - 1).seq() > storeHead && at(kept - 1).offset() < storePosition) {
      kept--;
    }
    return kept > 0 ? at(kept - 1).seq() : storeHead;
  }

  long beganAtOffset() {
    return beganAtOffset;
  }

  boolean isEmpty() {
    return size == 0;
  }

  boolean isHeld() {
    return holders > 0;
  }

  void hold() {
    holders++;
  }

  void release() {
    holders--;
  }

  Sighting accept(Frame frame) {
    Sighting sighting = judge(frame);
    switch (sighting) {
      case APPENDED -> {}
      case REPEATED -> {
        sightAgain(frame);
        noteMembership(frame);
        return sighting;
      }
      case STALE -> {
        return sighting;
      }
      case DIVERGED -> {
        pieces.clear();
        while (size > 0 && at(size - 1).seq() >= frame.seq()) {
          dropLast();
        }
        if (!members.isEmpty()) {
          members.tailMap(frame.seq(), true).clear();
        }
        minSeq = Math.min(minSeq, frame.seq());
      }
      case INCOMPARABLE -> {
        beginAnew(frame.offset());
        minSeq = Math.min(minSeq, frame.seq());
      }
      case HOLE -> beginAnew(frame.offset());
    }
    append(frame);
    noteMembership(frame);
    return sighting;
  }

  /** Another epoch begins: nothing of the old numbering means anything. */
  void forgetAll() {
    clear();
    setLast(0, 0, false);
    lastOffset = -1;
    minSeq = 0;
  }

  /** Drops what was last sighted below an offset, from the front. */
  void evictBelow(long offset) {
    while (size > 0 && at(0).offset() < offset) {
      ring[head] = null;
      head = (head + 1) % ring.length;
      size--;
    }
    while (!members.isEmpty() && members.firstKey() < firstSeq()) {
      members.pollFirstEntry();
    }
    pieces.evictBelow(firstSeq());
  }

  private Sighting judge(Frame frame) {
    long seq = frame.seq();
    if (last == 0) {
      return Sighting.APPENDED;
    }
    if (seq > last) {
      return seq == last + 1 ? Sighting.APPENDED : Sighting.HOLE;
    }
    if (!knowsChain(seq)) {
      return Sighting.INCOMPARABLE;
    }
    return chain(seq) == frame.chain() ? Sighting.REPEATED : Sighting.DIVERGED;
  }

  private void noteMembership(Frame frame) {
    if (frame.member() != null) {
      minSeq = Math.max(minSeq, frame.seq());
    }
  }

  /** The latest sighting counts: a frame is void only where the store has read past all of them. */
  private void sightAgain(Frame frame) {
    if (this.frame(frame.seq()) != null) {
      ring[index((int) (frame.seq() - firstSeq()))] = frame;
    }
    if (size == 0) {
      // Only the chain of the last one was left. What is sighted at or above the offset from which
      // the window is said to be complete must be in it.
      append(frame);
    } else if (frame.seq() == last) {
      lastOffset = frame.offset();
    }
  }

  private void beginAnew(long offset) {
    clear();
    beganAtOffset = offset;
  }

  private void append(Frame frame) {
    MemberChange change = frame.member();
    if (change != null) {
      if (members.isEmpty()) {
        members = new TreeMap<>();
      }
      members.put(frame.seq(), change);
    }
    if (size == ring.length) {
      grow();
    }
    ring[index(size)] = frame;
    size++;
    setLast(frame.seq(), frame.chain(), true);
    lastOffset = frame.offset();
  }

  private void dropLast() {
    ring[index(size - 1)] = null;
    size--;
    if (size > 0) {
      Frame now = at(size - 1);
      setLast(now.seq(), now.chain(), true);
      lastOffset = now.offset();
    }
  }

  private void setLast(long seq, long chain, boolean chainKnown) {
    last = seq;
    lastChain = chain;
    lastChainKnown = chainKnown;
  }

  private void grow() {
    @Nullable Frame[] larger = new @Nullable Frame[ring.length * 2];
    for (int i = 0; i < size; i++) {
      larger[i] = at(i);
    }
    ring = larger;
    head = 0;
  }

  private void clear() {
    pieces.clear();
    members = Collections.emptyNavigableMap();
    ring = new @Nullable Frame[FIRST_CAPACITY];
    head = 0;
    size = 0;
  }

  private long firstSeq() {
    return last - size + 1;
  }

  private int index(int i) {
    return (head + i) % ring.length;
  }

  private Frame at(int i) {
    Frame frame = ring[index(i)];
    if (frame == null) {
      throw new IllegalStateException("a window has a hole");
    }
    return frame;
  }
}
