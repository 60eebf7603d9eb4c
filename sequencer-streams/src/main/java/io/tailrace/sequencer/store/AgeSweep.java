package io.tailrace.sequencer.store;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Goes over a partition's heads, a few at a time and always round, to find the channels that get no
 * events any more and have become older than they are kept. A hundred thousand channels in a
 * partition take three hours, which is little against a retention in days, and ten reads a second
 * are little for a disk. Thread: the one that has the partition.
 */
final class AgeSweep {
  /** How often it is called. */
  static final Duration EVERY = Duration.ofSeconds(10);

  /** Heads that one call looks at. */
  static final int HEADS_MAX = 100;

  private byte @Nullable [] from;

  /** Trims channels behind a key and says where to go on; null: that was the last. */
  @FunctionalInterface
  interface Trim {
    byte @Nullable [] trim(byte @Nullable [] from, int headsMax, long nowMs);
  }

  /** One call. */
  void run(long nowMs, Trim trim) {
    from = trim.trim(from, HEADS_MAX, nowMs);
  }
}
