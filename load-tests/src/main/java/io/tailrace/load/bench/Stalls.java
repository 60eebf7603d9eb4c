package io.tailrace.load.bench;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * The longest wait between commit and socket on every channel, in a span of time that another
 * thread begins and ends.
 *
 * <p>An event is told late by as long as its channel stood still, so at a steady rate the longest
 * wait is the stall. One thread tells, any reads.
 */
final class Stalls {
  private final AtomicLongArray lastDue;
  private final AtomicLongArray longest;

  Stalls(int channels) {
    lastDue = new AtomicLongArray(channels);
    longest = new AtomicLongArray(channels);
  }

  /**
   * An event is there.
   *
   * @param dueNanos when it was to be written; on each channel these only rise
   */
  void delivered(int channel, long dueNanos, long sinceCommitNanos) {
    longest.accumulateAndGet(channel, sinceCommitNanos, Math::max);
    lastDue.setRelease(channel, dueNanos);
  }

  /** A new span. */
  void begin() {
    for (int channel = 0; channel < longest.length(); channel++) {
      longest.set(channel, 0);
    }
  }

  /** Whether every channel has an event that was due at that time or later. */
  boolean isLiveSince(long nanos) {
    for (int channel = 0; channel < lastDue.length(); channel++) {
      if (lastDue.getAcquire(channel) - nanos < 0) {
        return false;
      }
    }
    return true;
  }

  /** The longest wait since the span began. */
  long longestNanos() {
    long most = 0;
    for (int channel = 0; channel < longest.length(); channel++) {
      most = Math.max(most, longest.get(channel));
    }
    return most;
  }

  /** On how many channels an event waited for longer than that. */
  int channelsOver(long nanos) {
    int count = 0;
    for (int channel = 0; channel < longest.length(); channel++) {
      count += longest.get(channel) > nanos ? 1 : 0;
    }
    return count;
  }
}
