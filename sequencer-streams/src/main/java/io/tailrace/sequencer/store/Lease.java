package io.tailrace.sequencer.store;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * How long a partition may be read without a word from the log's broker.
 *
 * <p>A process that is cut off, or was suspended, does not know that its group has given its
 * partitions to another: it would go on answering from where it stopped, and whoever was answered
 * by the other before would see the head go back. The group gives them away a session after the
 * last heartbeat at the earliest; with a shorter lease this process has fallen silent by then.
 */
final class Lease {
  private final long nanos;
  private final LongSupplier nanoTime;

  private Lease(long nanos, LongSupplier nanoTime) {
    this.nanos = nanos;
    this.nanoTime = nanoTime;
  }

  /** For a process that nobody takes anything from. */
  static Lease unlimited() {
    return new Lease(Long.MAX_VALUE, System::nanoTime);
  }

  /** Two thirds of a session, on a clock that only goes forward. */
  static Lease within(Duration session, LongSupplier nanoTime) {
    return new Lease(session.toNanos() / 3 * 2, nanoTime);
  }

  /** Now, as {@link #holds} counts. */
  long nowNanos() {
    return nanoTime.getAsLong();
  }

  /** Whether what was heard at that time still counts. */
  boolean holds(long heardNanos) {
    return nanoTime.getAsLong() - heardNanos <= nanos;
  }
}
