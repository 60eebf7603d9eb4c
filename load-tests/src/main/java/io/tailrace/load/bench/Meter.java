package io.tailrace.load.bench;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;

/** Cores used in a span of time that lies ahead, while another thread makes the load. */
final class Meter {
  private final CompletableFuture<ProcessCost.Cores> cores;

  private Meter(CompletableFuture<ProcessCost.Cores> cores) {
    this.cores = cores;
  }

  static Meter start(ProcessCost cost, long fromNanos, long toNanos) {
    Executor thread = Executors.newVirtualThreadPerTaskExecutor();
    return new Meter(
        CompletableFuture.supplyAsync(
            () -> {
              OpenLoop.awaitNanos(fromNanos);
              ProcessCost.Reading before = cost.read();
              OpenLoop.awaitNanos(toNanos);
              return ProcessCost.between(before, cost.read());
            },
            thread));
  }

  /** Waits for the end of the span. */
  ProcessCost.Cores cores() {
    return cores.join();
  }
}
