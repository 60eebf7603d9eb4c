package io.tailrace.sequencer.store;

/**
 * How far one partition has come, transaction markers counted.
 *
 * <p>The log's last offsets may be markers, which the store never sees, while a reader asks for
 * everything up to where it has read itself. So the consumer's position is noted after each poll
 * together with the last record it gave out: once the store has that record, it has everything
 * below the consumer's position.
 *
 * <p>Thread: written by the Streams thread, read by any; the fields are immutable values.
 */
final class PartitionProgress {
  /**
   * What the consumer had read.
   *
   * @param last offset of the last record it gave out; -1: none
   * @param position its position, behind any markers; -1: not known yet
   */
  record Polled(long last, long position) {
    static final Polled NOTHING = new Polled(-1, -1);

    /** Everything below the result is in a store that holds the records up to this offset. */
    long effective(long storedOffset) {
      return storedOffset >= last ? Math.max(position, storedOffset + 1) : storedOffset + 1;
    }
  }

  private volatile Polled polled = Polled.NOTHING;
  private volatile long storedOffset = -1;

  /** Where the log ended when the partition was taken; -1: not known yet. */
  private volatile long target = -1;

  private volatile boolean caughtUp;

  /** Whether the store stands within what a rebuild brings. */
  private volatile boolean half;

  /** When the log's broker was last heard; only differences count. */
  private volatile long heardNanos;

  /** The partition has been taken: the store holds the records up to this offset. */
  void taken(long offset, boolean isWhole) {
    storedOffset = offset;
    half = !isWhole;
    polled = Polled.NOTHING;
    target = -1;
    caughtUp = false;
  }

  /**
   * The consumer has been asked.
   *
   * @param logEnd where the committed log ends now; -1: not known
   */
  void polled(Polled now, long logEnd) {
    polled = now;
    if (target < 0 && logEnd >= 0) {
      target = logEnd;
    }
    settle();
  }

  /** The log's broker has answered. */
  void heard(long nowNanos) {
    heardNanos = nowNanos;
  }

  /** When it last did. */
  long heardNanos() {
    return heardNanos;
  }

  /** The store holds the records up to this offset, and with them a whole epoch or not. */
  void stored(long offset, boolean isWhole) {
    storedOffset = offset;
    half = !isWhole;
    settle();
  }

  /** Everything below this offset is in the store. */
  long position() {
    return polled.effective(storedOffset);
  }

  Polled polled() {
    return polled;
  }

  /** Whether the store has reached where the log ended when the partition was taken. */
  boolean isCaughtUp() {
    return caughtUp;
  }

  /** Whether it has, and does not stand within what a rebuild brings. */
  boolean isReadable() {
    return caughtUp && !half;
  }

  private void settle() {
    if (!caughtUp && target >= 0 && position() >= target) {
      caughtUp = true;
    }
  }
}
