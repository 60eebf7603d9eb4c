package io.tailrace.load.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.tailrace.load.driver.Waits;
import io.tailrace.load.oracle.Verdict;
import io.tailrace.load.proxy.FaultCounts;
import io.tailrace.load.scenario.Roll;
import io.tailrace.load.scenario.VerifyResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class RollingTextTest {
  private static final Roll QUIET = roll("quiet", 0, 10_000);

  private static Roll roll(String service, int code, long micros) {
    var waits = Waits.none();
    waits.recordValueWithCount(micros, 1_000);
    return new Roll(
        service, new Roll.Stop(1_500, code), 4_000, waits, Map.of(FaultCounts.DRAINED, 3L));
  }

  private static RollingText text(Roll... restarts) {
    var verdict = new VerifyResult(new Verdict.Holds(1, 2, 3, 4), Map.of());
    var rolls = new ArrayList<>(List.of(QUIET));
    rolls.addAll(List.of(restarts));
    return new RollingText(new VerdictText(verdict), rolls);
  }

  @Test
  void allRestartsTogetherAreComparedWithTheQuietTime() throws Exception {
    var text = text(roll("write", 0, 10_000), roll("gateway-1", 0, 40_000));

    var json = new ObjectMapper().readTree(text.print(true));

    assertTrue(json.path("holds").asBoolean());
    var all = json.path("rolling").get(3);
    assertEquals("all", all.path("restarted").asText());
    assertEquals(6, all.path("drained").asLong());
    assertEquals(2_000, all.path("events").asLong());
    assertEquals(4.0, json.path("timesQuietP99").asDouble(), 0.01);
    assertTrue(text.print(false).endsWith("p99 is 4.0 times the quiet one"), text.print(false));
  }

  @Test
  void whoEndsWithAnotherCodeHasNotEndedWell() {
    assertTrue(text(roll("write", 0, 1)).allEndedWell());
    assertFalse(text(roll("write", 143, 1), roll("relay-1", 0, 1)).allEndedWell());
  }
}
