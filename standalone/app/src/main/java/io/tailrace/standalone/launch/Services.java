package io.tailrace.standalone.launch;

import io.tailrace.catchup.CatchupService;
import io.tailrace.gateway.GatewayService;
import io.tailrace.relay.RelayService;
import io.tailrace.schemas.http.RunningService;
import io.tailrace.sequencer.SequencerService;
import io.tailrace.write.WriteService;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** The five services of one event's way. */
record Services(
    WriteService write,
    RelayService relay,
    SequencerService sequencer,
    CatchupService catchup,
    GatewayService gateway) {
  private static final long LOOK_EVERY_NANOS = 5_000_000;

  List<RunningService> all() {
    return List.of(write, relay, sequencer, catchup, gateway);
  }

  /** Returns when all are ready; names those that are not. */
  void awaitReady(Duration within) {
    long deadline = System.nanoTime() + within.toNanos();
    while (true) {
      List<String> waiting =
          all().stream().filter(service -> !service.ready()).map(RunningService::name).toList();
      if (waiting.isEmpty()) {
        return;
      }
      if (System.nanoTime() - deadline > 0) {
        throw new IllegalStateException(
            "not ready after " + within.toSeconds() + " s: " + String.join(", ", waiting));
      }
      LockSupport.parkNanos(LOOK_EVERY_NANOS);
    }
  }
}
