package io.tailrace.gateway.ephemeral;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.gateway.ephemeral.PresenceWorld.Rule;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * At every moment every gateway shows who is here: nobody who has gone for longer than a ttl, and
 * nobody who is here leaves, whatever happens to gateways, records and clocks.
 */
final class PresenceSim {
  private static final int RUNS = 12;
  private static final long RUN_MS = 900_000;

  private static int run(long seed, Set<Rule> out) {
    PresenceWorld world = new PresenceWorld(seed, out, 8);
    try {
      world.run(RUN_MS);
    } catch (AssertionError e) {
      throw new AssertionError("seed " + seed + " at " + world.nowMs, e);
    }
    return world.killed();
  }

  @Test
  void everyScreenIsTrueWithinATtlAndNobodyWhoStaysBlinks() {
    long first = System.nanoTime();
    int killed = 0;
    for (int run = 0; run < RUNS; run++) {
      killed += run(first + run, Set.of());
    }
    assertTrue(killed > RUNS, "only " + killed + " gateways were killed");
  }

  @Test
  void oneOfThreeGatewaysIsKilledUnderTenThousand() {
    long seed = System.nanoTime();
    PresenceWorld world = new PresenceWorld(seed, Set.of(), 10_000);
    try {
      world.run(20_000);
      world.kill();
      world.run(41_000);
    } catch (AssertionError e) {
      throw new AssertionError("seed " + seed + " at " + world.nowMs, e);
    }
    assertTrue(world.gateways.getFirst().screen.size() > 5000, "seed " + seed);
  }

  @ParameterizedTest
  @EnumSource
  void everyRuleIsNeeded(Rule rule) {
    long first = System.nanoTime();

    assertThrows(
        AssertionError.class,
        () -> {
          for (int run = 0; run < RUNS; run++) {
            run(first + run, Set.of(rule));
          }
        });
  }
}
