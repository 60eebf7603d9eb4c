package io.tailrace.load.scenario;

import io.tailrace.load.proxy.FaultPlan;
import io.tailrace.load.proxy.RandomFaults;
import io.tailrace.load.target.Target;
import java.util.Random;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/**
 * What lies between subscribers and the system.
 *
 * @param ways where the n-th subscriber's connections lead, asked for each
 * @param plans what befalls a subscriber's connections
 */
public record Network(IntFunction<Supplier<Target>> ways, Function<Random, FaultPlan> plans) {

  /** Each leads to one gateway for good, over a bad line. */
  static Network faulty(Target target) {
    return new Network(
        n -> {
          var turn = target.turn(n);
          return () -> turn;
        },
        RandomFaults::new);
  }
}
