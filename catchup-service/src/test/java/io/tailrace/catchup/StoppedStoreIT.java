package io.tailrace.catchup;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tailrace.embed.KafkaBroker;
import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.problem.ProblemCode;
import io.tailrace.schemas.testkit.Await;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A log that contradicts itself stops the store. */
class StoppedStoreIT extends RunningCatchup {

  @Test
  void inOneProcessTheStoreAloneIsStartedAgainAndNothingWrongIsAnswered() {
    Channel channel = channel();
    log.append(channel, 1);
    ok(channel, "/events?minSeq=1");

    log.lose(channel);
    log.append(channel, 1);

    Await.until(
        "the store to be started again",
        () -> service.metrics().get(CatchupMetrics.RESTARTS).counter().count() >= 1);
    assertRefused(ProblemCode.NOT_READY, get(channel, "/events?after=0&minSeq=2"));
  }

  @Test
  void aProcessOfItsOwnEndsAndSaysThatItFailed(@TempDir Path folder) throws Exception {
    try (KafkaBroker own = KafkaBroker.temporary();
        CatchupProcess process =
            CatchupProcess.start(
                own.bootstrap(), PARTITIONS, writeKeys(folder), folder.resolve("state"))) {
      Channel channel = channel();
      Asker asker = new Asker();
      Await.until("the process", () -> asker.holds(process.port(), channel));
      try (EventsLog ownLog = new EventsLog(own.bootstrap())) {
        ownLog.append(channel, 1);
        ownLog.lose(channel);
        ownLog.append(channel, 1);
      }

      Await.until("the end of the process", () -> !process.isAlive());

      assertEquals(1, process.exitValue());
    }
  }
}
