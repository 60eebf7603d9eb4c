package io.tailrace.gateway.fanout;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.gateway.fanout.ModelClient.Broken;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Random worlds in virtual time. A failure names the seed; {@code -Dsim.seed=N} runs it alone. */
final class SubscribeSim {
  private static final int WORLDS = Integer.getInteger("sim.worlds", 6000);
  private static final int STEPS = 250;

  @Test
  void everyClientHoldsTheCommittedHistoryThatItMayRead() {
    Long alone = Long.getLong("sim.seed");
    long first = alone == null ? System.nanoTime() : alone;
    for (long seed = first; seed < first + (alone == null ? WORLDS : 1); seed++) {
      try {
        new ModelWorld(seed, ModelLog.Barrier.WHOLE).run(STEPS);
      } catch (RuntimeException e) {
        throw new AssertionError("-Dsim.seed=" + seed + ": " + e.getMessage(), e);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = ModelLog.Barrier.class,
      names = {"NO_FROM", "NO_MIN_SEQ"})
  void withoutTheBarrierItWouldNot(ModelLog.Barrier barrier) {
    boolean found = false;
    for (long seed = 1; seed <= WORLDS && !found; seed++) {
      try {
        new ModelWorld(seed, barrier).run(STEPS);
      } catch (Broken _) {
        found = true;
      }
    }
    assertTrue(found, "stores that answer before they have what was asked for do harm: " + barrier);
  }
}
