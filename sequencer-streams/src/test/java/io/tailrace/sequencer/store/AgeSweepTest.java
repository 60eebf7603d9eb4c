package io.tailrace.sequencer.store;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AgeSweepTest {
  @Test
  void goesOnWhereItStoppedAndBeginsAgainAfterTheLast() {
    AgeSweep sweep = new AgeSweep();
    List<String> looks = new ArrayList<>();
    AgeSweep.Trim trim =
        (from, _, nowMs) -> {
          looks.add((from == null ? "start" : from[0]) + " at " + nowMs);
          return from == null ? new byte[] {7} : null;
        };

    for (long nowMs : new long[] {0, 10_000, 20_000}) {
      sweep.run(nowMs, trim);
    }

    assertEquals(List.of("start at 0", "7 at 10000", "start at 20000"), looks);
  }
}
