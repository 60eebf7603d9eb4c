package io.tailrace.client;

import java.util.PriorityQueue;

/**
 * What is due later, for one thread. Bounded by its user: one entry per channel and a few for the
 * connection.
 */
final class Timers {
  private record Entry(long dueNanos, long number, Runnable task) {}

  private final PriorityQueue<Entry> entries =
      new PriorityQueue<>((a, b) -> {
        int byTime = Long.compare(a.dueNanos - b.dueNanos, 0);
        return byTime != 0 ? byTime : Long.compare(a.number, b.number);
      });
  private long numbers;

  void add(long dueNanos, Runnable task) {
    entries.add(new Entry(dueNanos, numbers++, task));
  }

  /** How long until the next is due; at most {@code mostNanos}. */
  long untilNext(long nowNanos, long mostNanos) {
    Entry next = entries.peek();
    return next == null ? mostNanos : Math.clamp(next.dueNanos - nowNanos, 0, mostNanos);
  }

  void runDue(long nowNanos) {
    Entry next;
    while ((next = entries.peek()) != null && next.dueNanos - nowNanos <= 0) {
      entries.remove();
      next.task.run();
    }
  }
}
