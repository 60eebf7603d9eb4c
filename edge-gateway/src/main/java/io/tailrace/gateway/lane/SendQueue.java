package io.tailrace.gateway.lane;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.EnumMap;
import org.jspecify.annotations.Nullable;

/**
 * What waits for one connection: references to shared bytes, by lane, bounded in bytes and entries.
 *
 * <p>Order within a lane is kept; between lanes the higher one goes first, except that an entry of
 * which a part has been written is finished before anything else, since the wire is inside it.
 *
 * <p>Answers and the frames that end a subscription ({@link #answer}) have room of their own beside
 * the bound, so that a queue full of events can still say {@code behind}. Owned by one thread.
 */
public final class SendQueue {
  /**
   * One write takes about so much at most: a socket takes no more at once, and what it leaves is
   * gone over again with the next one.
   */
  private static final int WRITE_BYTES = 256 * 1024;

  /** What an entry costs besides its bytes, so that many small ones are bounded too. */
  private static final int ENTRY_OVERHEAD_BYTES = 48;

  private static final Lane[] LANES = Lane.values();

  private final long bytesMax;
  private final long answerBytesMax;
  private final EnumMap<Lane, ArrayDeque<Entry>> lanes = new EnumMap<>(Lane.class);
  private @Nullable Entry begun;
  private long bytes;
  private long answerBytes;
  private int entries;

  private record Entry(ByteBuffer rest, int cost, boolean answer) {}

  /**
   * An empty queue.
   *
   * @param bytesMax bound of what waits in the lanes
   * @param answerBytesMax bound of the answers that wait beside it
   */
  public SendQueue(long bytesMax, long answerBytesMax) {
    if (bytesMax <= 0 || answerBytesMax <= 0) {
      throw new IllegalArgumentException("a queue needs room");
    }
    this.bytesMax = bytesMax;
    this.answerBytesMax = answerBytesMax;
  }

  /**
   * Appends shared bytes to a lane.
   *
   * <p>An empty queue takes anything, so that an entry larger than the bound is sent and not
   * refused for ever.
   *
   * @return false where there is no room; nothing has been appended
   */
  public boolean offer(Lane lane, byte[] shared) {
    return offer(lane, ByteBuffer.wrap(shared));
  }

  /**
   * Appends a view of shared bytes to a lane, as {@link #offer(Lane, byte[])} does.
   *
   * @param view position and limit are the queue's from here on, the bytes stay everybody's
   */
  public boolean offer(Lane lane, ByteBuffer view) {
    int cost = view.remaining() + ENTRY_OVERHEAD_BYTES;
    if (bytes > 0 && bytes + cost > bytesMax) {
      return false;
    }
    bytes += cost;
    append(lane, new Entry(view, cost, false));
    return true;
  }

  /**
   * Appends an answer behind the events that wait.
   *
   * @return false where the other side asks and never reads; nothing has been appended
   */
  public boolean answer(byte[] own) {
    int cost = own.length + ENTRY_OVERHEAD_BYTES;
    if (answerBytes + cost > answerBytesMax) {
      return false;
    }
    answerBytes += cost;
    append(Lane.EVENT, new Entry(ByteBuffer.wrap(own), cost, true));
    return true;
  }

  /**
   * Fills an array with what goes next. The buffers are the queue's own: the writer moves their
   * positions and then calls {@link #written}.
   *
   * @return how many were filled in
   */
  public int gather(ByteBuffer[] into) {
    int n = 0;
    long gathered = 0;
    if (begun != null) {
      into[n++] = begun.rest;
      gathered = begun.rest.remaining();
    }
    for (Lane lane : LANES) {
      ArrayDeque<Entry> waiting = lanes.get(lane);
      if (waiting == null) {
        continue;
      }
      for (Entry entry : waiting) {
        if (n == into.length || gathered >= WRITE_BYTES) {
          return n;
        }
        into[n++] = entry.rest;
        gathered += entry.rest.remaining();
      }
    }
    return n;
  }

  /** Removes what has been written since {@link #gather}. */
  public void written() {
    if (begun != null) {
      if (begun.rest.hasRemaining()) {
        return;
      }
      forget(begun);
      begun = null;
    }
    for (Lane lane : LANES) {
      ArrayDeque<Entry> waiting = lanes.get(lane);
      if (waiting == null) {
        continue;
      }
      Entry entry;
      while ((entry = waiting.peek()) != null && entry.rest.position() > 0) {
        waiting.poll();
        if (entry.rest.hasRemaining()) {
          begun = entry;
          return;
        }
        forget(entry);
      }
    }
  }

  /** Drops everything but the rest of an entry of which a part has been written. */
  public void dropUnsent() {
    lanes.clear();
    bytes = 0;
    answerBytes = 0;
    entries = 0;
    if (begun != null) {
      entries = 1;
      if (begun.answer) {
        answerBytes = begun.cost;
      } else {
        bytes = begun.cost;
      }
    }
  }

  /** Whether nothing waits. */
  public boolean isEmpty() {
    return entries == 0;
  }

  /** What waits in the lanes, in bytes, with what each entry costs beside its own. */
  public long bytes() {
    return bytes;
  }

  /** Whether so many answers wait that no more should be asked for now. */
  public boolean isAnswering() {
    return answerBytes > answerBytesMax / 4;
  }

  /** How many entries wait. */
  public int entries() {
    return entries;
  }

  private void append(Lane lane, Entry entry) {
    lanes.computeIfAbsent(lane, _ -> new ArrayDeque<>()).add(entry);
    entries++;
  }

  private void forget(Entry entry) {
    entries--;
    if (entry.answer) {
      answerBytes -= entry.cost;
    } else {
      bytes -= entry.cost;
    }
  }
}
