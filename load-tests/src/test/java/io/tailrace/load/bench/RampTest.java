package io.tailrace.load.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RampTest {
  private static final double CLOSE = 1.06;

  @Test
  void climbsUntilARateIsMissedAndEndsCloseBelowIt() {
    Ramp ramp = new Ramp(500, 1.25, 20);
    List<Double> tried = climb(ramp, 1_150);

    assertEquals(List.of(500.0, 625.0, 781.25, 976.5625, 1220.703125), tried.subList(0, 5));
    assertTrue(ramp.kept() <= 1_150 && ramp.kept() * CLOSE > 1_150, "kept " + ramp.kept());
  }

  @Test
  void goesDownWhereTheFirstIsMissed() {
    Ramp ramp = new Ramp(500, 1.25, 20);
    List<Double> tried = climb(ramp, 300);

    assertEquals(List.of(500.0, 400.0, 320.0, 256.0), tried.subList(0, 4));
    assertTrue(ramp.kept() <= 300 && ramp.kept() * CLOSE > 300, "kept " + ramp.kept());
  }

  @Test
  void endsAfterItsStepsWhateverHappens() {
    assertEquals(4, climb(new Ramp(500, 1.25, 4), Double.MAX_VALUE).size());
    Ramp hopeless = new Ramp(500, 1.25, 4);
    assertEquals(4, climb(hopeless, 0).size());
    assertEquals(0, hopeless.kept());
  }

  private static List<Double> climb(Ramp ramp, double capacity) {
    List<Double> tried = new ArrayList<>();
    while (!ramp.isOver()) {
      double rate = ramp.rate();
      tried.add(rate);
      ramp.tried(rate <= capacity);
    }
    return tried;
  }
}
