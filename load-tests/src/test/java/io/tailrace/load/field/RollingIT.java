package io.tailrace.load.field;

import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.load.driver.JsClient;
import io.tailrace.load.fault.ManyProcesses;
import io.tailrace.load.oracle.Verdict;
import io.tailrace.load.proxy.FaultCounts;
import io.tailrace.load.scenario.Progress;
import io.tailrace.load.scenario.Roll;
import io.tailrace.load.scenario.Rolling;
import io.tailrace.load.scenario.Verification;
import io.tailrace.load.scenario.VerifyOptions;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every service as processes of their own, each replaced once while everybody writes and reads. */
class RollingIT {
  private static final Rolling.Pace PACE = new Rolling.Pace(1_000, 2_000, 500);

  @TempDir Path folder;

  @Test
  void everyServiceIsReplacedUnderWritesAndEndsWithZeroAndNoClientIsCut() throws Exception {
    long seed = new Random().nextInt(1_000_000);
    System.out.println("seed " + seed);
    try (var system = ManyProcesses.start(folder.resolve("data"))) {
      var options = new VerifyOptions(30, 4, 0, 60, 6, 0, 120, seed);
      try (var js = JsClient.open();
          var rolling = new Rolling(system, PACE);
          var verification =
              new Verification(options, system.target(), rolling, Progress.SILENT, js)) {

        var result = verification.run();

        var rolls = rolling.rolls();
        var text = result.verdict() + " " + result.counts() + " " + rolls;
        System.out.println(text);
        assertInstanceOf(Verdict.Holds.class, result.verdict(), text);
        assertEquals(
            Stream.concat(Stream.of("quiet"), system.names().stream()).collect(toSet()),
            rolls.stream().map(Roll::service).collect(toSet()));
        for (var roll : rolls) {
          assertEquals(0, roll.stop().code(), roll.service());
          assertEquals(0, roll.count(FaultCounts.UNTOLD), roll.toString());
        }
        long events = rolls.stream().mapToLong(roll -> roll.waits().getTotalCount()).sum();
        assertTrue(events > 0, "how long events took was seen");
        long drained = rolls.stream().mapToLong(roll -> roll.count(FaultCounts.DRAINED)).sum();
        assertTrue(drained > options.subscribers() / 2, "clients were told to move: " + drained);
      }
    }
  }
}
