package io.tailrace.relay.tail;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class PaceTest {
  private static final long MS = 1_000_000;

  @Test
  void waitsGrowWithIdleness() {
    long before = 0;
    for (long idle = 0; idle < 10_000 * MS; idle += MS) {
      long wait = Pace.waitNanos(idle);
      assertTrue(wait >= before);
      before = wait;
    }
  }

  @Test
  void aFirstRowAfterAPauseWaitsAFewMilliseconds() {
    assertTrue(Pace.waitNanos(Long.MAX_VALUE) <= 5 * MS);
  }
}
