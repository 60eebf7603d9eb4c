package io.tailrace.gateway.measure;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.tailrace.gateway.ephemeral.HubOut.Drop;
import io.tailrace.gateway.lane.Lane;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The hub's meters. Safe for any thread. */
public final class HubMetrics {
  private static final Duration[] LAGS = {
    Duration.ofMillis(5),
    Duration.ofMillis(20),
    Duration.ofMillis(50),
    Duration.ofMillis(100),
    Duration.ofMillis(250),
    Duration.ofSeconds(1),
    Duration.ofSeconds(5),
    Duration.ofSeconds(60)
  };

  private final MeterRegistry registry;
  private final Map<Lane, Counter> shown = new EnumMap<>(Lane.class);
  private final AtomicInteger ready = new AtomicInteger();
  private final AtomicInteger waiting = new AtomicInteger();
  private final AtomicInteger kept = new AtomicInteger();
  private final Counter breaks;

  /** Registers the meters. */
  public HubMetrics(MeterRegistry registry) {
    this.registry = registry;
    for (Lane lane : Lane.values()) {
      shown.put(lane, registry.counter("tailrace_hub_shown_total", "lane", lane.word()));
    }
    Gauge.builder("tailrace_hub_ready", ready, AtomicInteger::get).register(registry);
    Gauge.builder("tailrace_hub_inbox_size", waiting, AtomicInteger::get).register(registry);
    Gauge.builder("tailrace_hub_unwritten_records", kept, AtomicInteger::get).register(registry);
    breaks = registry.counter("tailrace_hub_breaks_total");
  }

  /** Whether all ephemeral topics are read and can be written to. */
  public void ready(boolean now) {
    ready.set(now ? 1 : 0);
  }

  /** So much waits that shards have said. */
  public void waiting(int inputs) {
    waiting.set(inputs);
  }

  /** So many records wait that are written until they are taken. */
  public void kept(int records) {
    kept.set(records);
  }

  /** Kafka could not be read, or the hub has failed. */
  public void broke() {
    breaks.increment();
  }

  /** A record was taken by Kafka. */
  public void written(String topic) {
    registry.counter("tailrace_hub_written_total", "topic", topic).increment();
  }

  /** A record was read so long after it was written, by two clocks. */
  public void read(String topic, long afterMs) {
    Timer.builder("tailrace_hub_lag_seconds")
        .tag("topic", topic)
        .serviceLevelObjectives(LAGS)
        .register(registry)
        .record(Math.max(0, afterMs), TimeUnit.MILLISECONDS);
  }

  /** A frame was shown to those who take its lane. */
  public void shown(Lane lane) {
    Objects.requireNonNull(shown.get(lane)).increment();
  }

  /** Something was dropped. */
  public void dropped(String where, Drop reason) {
    dropped(where, reason, 1);
  }

  /**
   * So many were dropped.
   *
   * @param where a topic, or which of the hub's own queues
   */
  public void dropped(String where, Drop reason, int count) {
    if (count > 0) {
      registry
          .counter(
              "tailrace_hub_dropped_total",
              "where",
              where,
              "reason",
              reason.name().toLowerCase(Locale.ROOT))
          .increment(count);
    }
  }
}
