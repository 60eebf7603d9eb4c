package io.tailrace.sequencer.store;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LeaseTest {
  private static final long SECOND = 1_000_000_000;

  private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - SECOND);

  @Test
  void endsBeforeTheSessionDoes() {
    Lease lease = Lease.within(Duration.ofSeconds(6), clock::get);
    long heard = lease.nowNanos();

    clock.addAndGet(4 * SECOND);
    assertTrue(lease.holds(heard));
    clock.addAndGet(1);

    assertFalse(lease.holds(heard));
  }

  @Test
  void neverEndsForOneThatIsAlone() {
    assertTrue(Lease.unlimited().holds(System.nanoTime() - Duration.ofDays(300).toNanos()));
  }
}
