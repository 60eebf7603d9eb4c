package io.tailrace.gateway;

import io.tailrace.gateway.drain.DrainDesk;
import io.tailrace.gateway.drain.Spread;
import io.tailrace.gateway.measure.GatewayMetrics;
import io.tailrace.gateway.shard.Shards;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lets all connections of a gateway go before it ends. Any thread. */
final class Departure {
  private static final Logger LOG = LoggerFactory.getLogger(Departure.class);
  private static final long LOOK_MS = 20;
  private static final long NANOS_PER_MS = 1_000_000;

  private final DrainConfig config;
  private final Shards shards;
  private final GatewayMetrics metrics;
  private final long closeMs;
  private final LongSupplier nanoTime;
  private final AtomicBoolean begun = new AtomicBoolean();

  /**
   * One that has not begun.
   *
   * @param closeMs how long the closes at the deadline may take
   */
  Departure(
      DrainConfig config,
      Shards shards,
      GatewayMetrics metrics,
      long closeMs,
      LongSupplier nanoTime) {
    this.config = config;
    this.shards = shards;
    this.metrics = metrics;
    this.closeMs = closeMs;
    this.nanoTime = nanoTime;
  }

  /** Whether the gateway leaves, so that nobody is to come any more. */
  boolean hasBegun() {
    return begun.get();
  }

  /** Returns when all have gone, or when they have had the time; at once the second time. */
  void run() {
    if (!begun.compareAndSet(false, true)) {
      return;
    }
    metrics.drains();
    int connections = metrics.openConnections();
    long windowMs = Spread.windowMs(connections, config.perSecond(), config.windowMs());
    long startNanos = nanoTime.getAsLong();
    LOG.atInfo()
        .addKeyValue("connections", connections)
        .addKeyValue("noticeMs", config.noticeMs())
        .addKeyValue("windowMs", windowMs)
        .addKeyValue("deadlineMs", config.deadlineMs())
        .log("drains");
    shards.leave(
        new DrainDesk.Plan(
            config.noticeMs(),
            windowMs,
            config.deadlineMs(),
            ThreadLocalRandom.current().nextLong()));
    long longestNanos = (config.deadlineMs() + closeMs) * NANOS_PER_MS;
    try {
      while (metrics.openConnections() > 0 && nanoTime.getAsLong() - startNanos < longestNanos) {
        TimeUnit.MILLISECONDS.sleep(LOOK_MS);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    LOG.atInfo()
        .addKeyValue("left", metrics.openConnections())
        .addKeyValue("tookMs", (nanoTime.getAsLong() - startNanos) / NANOS_PER_MS)
        .log("drained");
  }
}
