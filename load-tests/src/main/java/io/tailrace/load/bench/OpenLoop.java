package io.tailrace.load.bench;

import java.util.concurrent.locks.LockSupport;

/**
 * A schedule that does not wait for answers: event n is due at a fixed time whatever happened
 * before, and latencies count from then, so that a stall of the system is seen by everything that
 * was due in it (no coordinated omission).
 */
record OpenLoop(long startNanos, double perSecond) {
  long due(long event) {
    return startNanos + (long) (event * 1e9 / perSecond);
  }

  static void awaitNanos(long due) {
    for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }
}
