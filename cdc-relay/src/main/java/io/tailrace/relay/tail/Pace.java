package io.tailrace.relay.tail;

/**
 * How long the reader waits before it asks the socket again. Short while rows come, longer the
 * longer none came: an idle relay then costs little, and a first row after a pause waits at most
 * the longest wait.
 */
final class Pace {
  private static final long MS = 1_000_000;

  private Pace() {}

  /** The next wait, given how long ago the last message came. */
  static long waitNanos(long idleNanos) {
    if (idleNanos < 20 * MS) {
      return MS / 5;
    }
    if (idleNanos < 1_000 * MS) {
      return MS / 2;
    }
    return 3 * MS / 2;
  }
}
