package io.tailrace.relay;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.tailrace.schemas.testkit.Await;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

/** A relay in the test's JVM. Its halt holds the thread that halts, which is as good as dead. */
final class TestRelay implements AutoCloseable {
  final RelayService service;
  final CompletableFuture<String> halted = new CompletableFuture<>();
  private final CountDownLatch forever = new CountDownLatch(1);

  TestRelay(RelayConfig config) {
    service =
        RelayService.start(
            config,
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT),
            (reason, cause) -> hold(reason),
            InstantSource.system());
  }

  private void hold(String reason) {
    halted.complete(reason);
    try {
      forever.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  TestRelay awaitStreaming() {
    Await.until("the relay streams or has halted", () -> service.streaming() || halted.isDone());
    if (halted.isDone()) {
      throw new AssertionError(halted.join());
    }
    return this;
  }

  double metric(String name) {
    return service.metrics().get(name).gauge().value();
  }

  @Override
  public void close() {
    forever.countDown();
    service.close();
  }
}
