package io.tailrace.gateway.admit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;
import org.junit.jupiter.api.Test;

final class RateGateTest {
  private static final long MS = 1_000_000;
  private static final long START = Long.MAX_VALUE - 5_000 * MS;

  @Test
  void aBurstGoesOnAndThenTheRate() {
    RateGate gate = new RateGate(100, 10, 50, 1000);
    for (int i = 0; i < 10; i++) {
      assertEquals(0, gate.take(START, 1));
    }
    assertTrue(gate.take(START, 1) > 0);
    assertEquals(0, gate.take(START + 10 * MS, 1));
    assertTrue(gate.take(START + 10 * MS, 1) > 0);
  }

  @Test
  void whatIsNotUsedIsKeptUpToTheBurst() {
    RateGate gate = new RateGate(100, 3, 50, 1000);
    gate.take(START, 3);
    int taken = 0;
    while (gate.take(START + 1_000_000 * MS, 1) == 0) {
      taken++;
    }
    assertEquals(3, taken);
  }

  @Test
  void aHerdThatObeysComesBackNoFasterThanTheRateAndIsServedAtOnce() {
    RateGate gate = new RateGate(1000, 100, 50, 60_000);
    PriorityQueue<Long> comes = new PriorityQueue<>();
    for (int i = 0; i < 5000; i++) {
      comes.add(0L);
    }
    int refused = 0;
    long lastMs = 0;
    Map<Long, Integer> perMs = new HashMap<>();
    while (!comes.isEmpty()) {
      long atMs = comes.remove();
      long waitMs = gate.take(START + atMs * MS, 1);
      if (waitMs == 0) {
        lastMs = atMs;
      } else {
        refused++;
        comes.add(atMs + waitMs);
        perMs.merge(atMs + waitMs, 1, Integer::sum);
      }
    }
    assertTrue(lastMs < 5100, "all were served after " + lastMs + " ms");
    assertEquals(4900, refused, "nobody is sent away twice");
    assertTrue(perMs.values().stream().allMatch(n -> n <= 2), "as many per ms as the rate");
  }

  @Test
  void aLineLongerThanTheLongestWaitIsSpreadOverAllOfIt() {
    RateGate gate = new RateGate(10, 1, 100, 1100);
    gate.take(START, 1);
    int[] hundreds = new int[11];
    for (int i = 0; i < 1000; i++) {
      long waitMs = gate.take(START, 1);
      assertTrue(waitMs >= 100 && waitMs <= 1100, waitMs + " ms");
      hundreds[(int) (waitMs - 100) / 100]++;
    }
    for (int i = 0; i < 10; i++) {
      assertTrue(hundreds[i] + (i == 9 ? hundreds[10] : 0) >= 50, i + ": " + hundreds[i]);
    }
  }

  @Test
  void aLargeRequestGoesOnWholeAndIsPaidForLater() {
    RateGate gate = new RateGate(100, 10, 50, 10_000);
    assertEquals(0, gate.take(START, 50));
    assertTrue(gate.take(START + 300 * MS, 1) > 0, "40 are owed");
    assertEquals(0, gate.take(START + 420 * MS, 1));
  }

  @Test
  void turnsAreOfTheSameLineAndTakeNothing() {
    RateGate gate = new RateGate(1000, 1, 50, 10_000);
    long first = gate.turn(START);
    assertTrue(gate.turn(START) > first);
    assertEquals(0, gate.take(START, 1));
  }
}
