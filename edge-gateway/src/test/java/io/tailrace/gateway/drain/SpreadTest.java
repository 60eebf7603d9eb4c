package io.tailrace.gateway.drain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class SpreadTest {
  @Test
  void theWindowGrowsWithTheConnectionsUpToItsBound() {
    assertEquals(0, Spread.windowMs(0, 1000, 15_000));
    assertEquals(1, Spread.windowMs(1, 1000, 15_000));
    assertEquals(500, Spread.windowMs(500, 1000, 15_000));
    assertEquals(334, Spread.windowMs(1, 3, 15_000));
    assertEquals(15_000, Spread.windowMs(15_000, 1000, 15_000));
    assertEquals(15_000, Spread.windowMs(10_000_000, 1, 15_000));
  }

  @Test
  void eachGoesInASlotOfItsOwn() {
    SplittableRandom random = new SplittableRandom(1);
    for (int world = 0; world < 2000; world++) {
      int connections = 1 + random.nextInt(500);
      long windowMs = random.nextLong(20_000);
      long[] delays = Spread.delays(connections, windowMs, random);
      assertEquals(connections, delays.length);
      for (int i = 0; i < connections; i++) {
        long from = i * windowMs / connections;
        long to = Math.ceilDiv((i + 1) * windowMs, connections);
        assertTrue(from <= delays[i] && delays[i] <= to, () -> Arrays.toString(delays));
      }
    }
  }

  /** Which is not so where a time is drawn for each by itself. */
  @Test
  void noStretchOfTimeHasMoreThanItsShare() {
    SplittableRandom random = new SplittableRandom(2);
    for (int world = 0; world < 2000; world++) {
      long[] delays = Spread.delays(200, 10_000, random);
      for (int i = 0; i + 20 < delays.length; i++) {
        // 20 share a second: whoever is 20 places later is about a second later.
        long stretchMs = delays[i + 20] - delays[i];
        assertTrue(stretchMs >= 950 && stretchMs <= 1050, () -> Arrays.toString(delays));
      }
    }
  }

  @Test
  void theMomentWithinASlotIsRandom() {
    long[] one = Spread.delays(100, 10_000, new SplittableRandom(1));
    long[] other = Spread.delays(100, 10_000, new SplittableRandom(2));
    assertFalse(Arrays.equals(one, other));
    long[] within = Arrays.stream(one).map(delay -> delay % 100).distinct().toArray();
    assertTrue(within.length > 30, "the moments are many: " + within.length);
  }
}
