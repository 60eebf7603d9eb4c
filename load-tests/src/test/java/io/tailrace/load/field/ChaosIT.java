package io.tailrace.load.field;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.tailrace.load.driver.JsClient;
import io.tailrace.load.fault.ManyProcesses;
import io.tailrace.load.oracle.Verdict;
import io.tailrace.load.scenario.Killings;
import io.tailrace.load.scenario.Progress;
import io.tailrace.load.scenario.Verification;
import io.tailrace.load.scenario.VerifyOptions;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every service as processes of their own, each killed once while everybody writes and reads. */
class ChaosIT {
  private static final int PAUSE_MS = 200;

  @TempDir Path folder;

  @Test
  void everyStageIsKilledOnceUnderWritesAndEveryWriteIsThereOnce() throws Exception {
    long seed = new Random().nextInt(1_000_000);
    System.out.println("seed " + seed);
    try (var victims = ManyProcesses.start(folder.resolve("data"))) {
      int stages = victims.names().size();
      // The run goes on, for a while, until every stage has had its turn. Channels with members are
      // left to the command: ten more users would slow each restart on a small machine.
      var options = new VerifyOptions(30, 4, 0, 60, 6, 1, 120, seed);
      try (var js = JsClient.open();
          var killings = new Killings(victims, stages, PAUSE_MS, seed);
          var verification =
              new Verification(options, victims.target(), killings, Progress.SILENT, js)) {

        var result = verification.run();

        var text = result.verdict() + " " + result.counts();
        System.out.println(text);
        assertInstanceOf(Verdict.Holds.class, result.verdict(), text);
        for (var name : victims.names()) {
          assertEquals(true, result.counts().containsKey("kills of " + name), name + ": " + text);
        }
      }
    }
  }
}
