package io.tailrace.client.channel;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.EnumSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The core against a hostile server and network: whatever happens, the follower is told a prefix of
 * the truth at every step, and all of it once the network is kind. {@code -Dtailrace.seed=N}
 * repeats a run, {@code -Dtailrace.steps=10000000} walks longer.
 */
class ChannelCoreSim {
  private static final int STEPS = 400;
  private static final int RUNS_TO_FAIL = 100_000;
  private static final Set<Rule> ALL = EnumSet.allOf(Rule.class);

  @Test
  void theFollowerIsAlwaysToldAPrefixOfTheTruth() {
    long seed = Long.getLong("tailrace.seed", System.nanoTime());
    long steps = Long.getLong("tailrace.steps", 1_000_000);
    System.out.println("ChannelCoreSim: -Dtailrace.seed=" + seed + ", " + steps + " steps");
    long recoveries = 0;
    for (long run = 0; run < steps / STEPS; run++) {
      ModelWorld world = new ModelWorld(new SplittableRandom(seed + run), ALL);
      String failure = walk(world);
      assertNull(failure, () -> "seed " + seed + ": " + failure + world.trace());
      recoveries += world.recoveries();
    }
    assertTrue(recoveries > steps / STEPS * 5, "the walks recover often; else they test nothing");
  }

  @ParameterizedTest
  @EnumSource(Rule.class)
  void withoutAnyOneRuleItFails(Rule rule) {
    Set<Rule> rules = EnumSet.complementOf(EnumSet.of(rule));
    String failure = null;
    int run = 0;
    for (; run < RUNS_TO_FAIL && failure == null; run++) {
      failure = walk(new ModelWorld(new SplittableRandom(run), rules));
    }
    assertNotNull(failure, "nobody misses " + rule);
    System.out.println(rule + " is missed in run " + run + ": " + failure);
  }

  /** What went wrong, or null. */
  private static @Nullable String walk(ModelWorld world) {
    try {
      for (int step = 0; step < STEPS; step++) {
        world.hostileStep();
      }
      world.settle();
      return null;
    } catch (AssertionError | RuntimeException e) {
      return String.valueOf(e.getMessage());
    }
  }
}
