package io.tailrace.gateway.lane;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What waits for one connection, line by line, with the entry of which a part has been written, and
 * what all that costs. What may wait, and what goes for it, is decided by the queue.
 */
final class Waiting {
  /**
   * One write takes about so much at most: a socket takes no more at once, and what it leaves is
   * gone over again with the next one.
   */
  private static final int WRITE_BYTES = 256 * 1024;

  static final Lane[] LANES = Lane.values();

  private final Account account;
  private final @Nullable Line[] lines = new @Nullable Line[LANES.length];
  private @Nullable Entry begun;
  private long bytes;
  private int entries;
  private long answerBytes;
  private int answers;

  Waiting(Account account) {
    this.account = account;
  }

  /** What waits apart from answers, in bytes. */
  long bytes() {
    return bytes;
  }

  /** How many entries wait apart from answers. */
  int entries() {
    return entries;
  }

  long answerBytes() {
    return answerBytes;
  }

  int answers() {
    return answers;
  }

  /** What of it has begun, which stays whatever happens; null for nothing. */
  @Nullable Entry begun() {
    return begun;
  }

  /** A lane's line by the place of the lane; null where nothing has ever waited in it. */
  @Nullable Line at(int lane) {
    return lines[lane];
  }

  Line line(Lane lane) {
    Line line = lines[lane.place()];
    if (line == null) {
      line = new Line();
      lines[lane.place()] = line;
    }
    return line;
  }

  int gather(ByteBuffer[] into) {
    int n = 0;
    long gathered = 0;
    if (begun != null) {
      into[n++] = begun.rest;
      gathered = begun.rest.remaining();
    }
    for (Line line : lines) {
      Entry entry = line == null ? null : line.first();
      while (entry != null) {
        if (n == into.length || gathered >= WRITE_BYTES) {
          return n;
        }
        into[n++] = entry.rest;
        gathered += entry.rest.remaining();
        entry = entry.next;
      }
    }
    return n;
  }

  void written() {
    if (begun != null) {
      if (begun.rest.hasRemaining()) {
        return;
      }
      forget(begun);
      begun = null;
    }
    for (Line line : lines) {
      Entry entry = line == null ? null : line.first();
      while (line != null && entry != null && entry.rest.position() > 0) {
        line.remove(entry);
        if (entry.rest.hasRemaining()) {
          begun = entry;
          return;
        }
        forget(entry);
        entry = line.first();
      }
    }
  }

  void dropUnsent() {
    for (Line line : lines) {
      Entry entry = line == null ? null : line.first();
      while (line != null && entry != null) {
        remove(entry);
        entry = line.first();
      }
    }
  }

  void dropBegun() {
    if (begun != null) {
      forget(begun);
      begun = null;
    }
  }

  void append(Entry entry) {
    line(entry.lane).append(entry);
    Shared shared = entry.shared;
    if (entry.answer) {
      answers++;
      answerBytes += entry.cost;
      account.holds(entry.cost);
    } else {
      entries++;
      bytes += entry.cost;
      account.holds(SendQueue.ENTRY_BYTES + (shared == null ? 0 : shared.hold()));
    }
  }

  /** Puts other bytes in the place of those that wait. */
  void replace(Entry waiting, Shared shared) {
    Shared before = waiting.shared;
    account.holds(shared.hold() - (before == null ? 0 : before.release()));
    int cost = shared.size() + SendQueue.ENTRY_BYTES;
    bytes += cost - waiting.cost;
    line(waiting.lane).costs(waiting, cost);
    waiting.rest = shared.view();
    waiting.shared = shared;
  }

  void remove(Entry entry) {
    line(entry.lane).remove(entry);
    forget(entry);
  }

  private void forget(Entry entry) {
    Shared shared = entry.shared;
    if (entry.answer) {
      answers--;
      answerBytes -= entry.cost;
      account.holds(-entry.cost);
    } else {
      entries--;
      bytes -= entry.cost;
      account.holds(-SendQueue.ENTRY_BYTES - (shared == null ? 0 : shared.release()));
    }
  }
}
