package io.tailrace.gateway.measure;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.tailrace.gateway.encode.Wire;
import io.tailrace.gateway.lane.Lane;
import io.tailrace.gateway.session.Happening;
import io.tailrace.schemas.trace.Spans;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** The gateway's meters. Safe for any thread. */
public final class GatewayMetrics {
  private static final Duration[] LATENCIES = {
    Duration.ofMillis(1),
    Duration.ofMillis(2),
    Duration.ofMillis(5),
    Duration.ofMillis(10),
    Duration.ofMillis(20),
    Duration.ofMillis(50),
    Duration.ofMillis(100),
    Duration.ofMillis(250),
    Duration.ofSeconds(1),
    Duration.ofSeconds(5)
  };

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final Spans spans;
  private final Map<Wire, AtomicInteger> open = new EnumMap<>(Wire.class);
  private final Map<Wire, Counter> opened = new EnumMap<>(Wire.class);
  private final Map<Happening, Counter> happenings = new EnumMap<>(Happening.class);
  private final Map<Lane, Counter> shed = new EnumMap<>(Lane.class);
  private final Map<Lane, Counter> coalesced = new EnumMap<>(Lane.class);
  private final AtomicLong windowBytes = new AtomicLong();
  private final AtomicInteger windowChannels = new AtomicInteger();
  private final AtomicInteger draining = new AtomicInteger();
  private final DistributionSummary queueBytes;
  private final Timer commitToGateway;
  private final Timer commitToSocket;
  private final Timer commitToRender;
  private final Timer join;
  private final Counter records;
  private final Counter badRecords;
  private final Counter tailWaits;
  private final Counter tailBreaks;
  private final Counter notShown;
  private final Counter writes;
  private final Counter bytesWritten;

  /** Makes all meters, so that each is there from the start with 0. */
  public GatewayMetrics(Spans spans) {
    this.spans = spans;
    for (Wire wire : Wire.values()) {
      String name = wire.name().toLowerCase(Locale.ROOT);
      AtomicInteger count = new AtomicInteger();
      open.put(wire, count);
      Gauge.builder("tailrace_connections_open", count, AtomicInteger::get)
          .tag("wire", name)
          .register(registry);
      opened.put(
          wire,
          Counter.builder("tailrace_connections_opened_total")
              .tag("wire", name)
              .register(registry));
    }
    for (Happening happening : Happening.values()) {
      happenings.put(
          happening,
          Counter.builder("tailrace_gateway_happenings_total")
              .tag("what", happening.name().toLowerCase(Locale.ROOT))
              .register(registry));
    }
    for (Lane lane : Lane.values()) {
      if (lane != Lane.EVENT) {
        shed.put(lane, registry.counter("tailrace_shed_total", "lane", lane.word()));
        coalesced.put(lane, registry.counter("tailrace_coalesced_total", "lane", lane.word()));
      }
    }
    Gauge.builder("tailrace_gateway_window_bytes", windowBytes, AtomicLong::get).register(registry);
    Gauge.builder("tailrace_gateway_window_channels", windowChannels, AtomicInteger::get)
        .register(registry);
    Gauge.builder("tailrace_gateway_draining", draining, AtomicInteger::get).register(registry);
    Gauge.builder("tailrace_gateway_drain_left", this, GatewayMetrics::stillToGo)
        .register(registry);
    queueBytes =
        DistributionSummary.builder("tailrace_connection_queue_bytes")
            .serviceLevelObjectives(1, 1024, 16_384, 65_536, 262_144, 1_048_576)
            .register(registry);
    commitToGateway = timer("tailrace_commit_to_gateway_seconds");
    commitToSocket = timer("tailrace_commit_to_socket_seconds");
    commitToRender = timer("tailrace_commit_to_render_seconds");
    join = timer("tailrace_join_seconds");
    records = registry.counter("tailrace_gateway_records_total");
    badRecords = registry.counter("tailrace_gateway_bad_records_total");
    tailWaits = registry.counter("tailrace_gateway_tail_waits_total");
    notShown = registry.counter("tailrace_gateway_not_shown_total");
    tailBreaks = registry.counter("tailrace_gateway_tail_breaks_total");
    writes = registry.counter("tailrace_gateway_writes_total");
    bytesWritten = registry.counter("tailrace_gateway_written_bytes_total");
  }

  /** The registry behind them. */
  public PrometheusMeterRegistry registry() {
    return registry;
  }

  /** Where it is told that an event was pushed. */
  public Spans spans() {
    return spans;
  }

  /** A connection was opened. */
  public void opened(Wire wire) {
    counter(open, wire).incrementAndGet();
    Counter counter = opened.get(wire);
    if (counter != null) {
      counter.increment();
    }
  }

  /** A connection was closed; the reason is a problem code or one of the gateway's own few. */
  public void closed(Wire wire, String reason) {
    counter(open, wire).decrementAndGet();
    registry.counter("tailrace_connections_closed_total", "reason", reason).increment();
  }

  /** How many connections are open. */
  public int openConnections() {
    return Arrays.stream(Wire.values()).mapToInt(wire -> counter(open, wire).get()).sum();
  }

  /** The gateway leaves: from now on its connections are those that have still to go. */
  public void drains() {
    draining.set(1);
  }

  private int stillToGo() {
    return draining.get() == 0 ? 0 : openConnections();
  }

  /** A handshake was answered; the result is {@code accepted} or a problem code. */
  public void handshake(String result) {
    registry.counter("tailrace_handshakes_total", "result", result).increment();
  }

  /** Somebody got no place; the reason is whose bound it was, or the gateway's own. */
  public void turnedAway(String reason) {
    registry.counter("tailrace_connections_refused_total", "reason", reason).increment();
  }

  /** The core counted. */
  public void happened(Map<Happening, Long> counts) {
    counts.forEach((happening, count) -> {
      Counter counter = happenings.get(happening);
      if (counter != null) {
        counter.increment((double) count);
      }
    });
  }

  /** Frames of a lane were shed, or replaced by later ones before they were sent. */
  public void dropped(Lane lane, long wereShed, long wereCoalesced) {
    Counter counter = shed.get(lane);
    Counter replaced = coalesced.get(lane);
    if (counter == null || replaced == null) {
      throw new IllegalStateException("events are never shed");
    }
    counter.increment((double) wereShed);
    replaced.increment((double) wereCoalesced);
  }

  /** Where to read what all queues hold, and how much they may. */
  public void held(LongSupplier bytes, long bytesMax) {
    Gauge.builder("tailrace_gateway_queues_limit_bytes", () -> bytesMax)
        .strongReference(true)
        .register(registry);
    Gauge.builder("tailrace_gateway_queues_bytes", bytes::getAsLong).register(registry);
  }

  /** A connection's queue, sampled. */
  public void queueDepth(long bytes) {
    queueBytes.record((double) bytes);
  }

  /** What the windows hold, as the tail has it. */
  public void windows(long bytes, int channels) {
    windowBytes.set(bytes);
    windowChannels.set(channels);
  }

  /** A record was read, is an event, and waits for every shard. */
  public void recordRead(long sinceCommitMicros) {
    records.increment();
    commitToGateway.record(Math.max(0, sinceCommitMicros), TimeUnit.MICROSECONDS);
  }

  /** A record was read that is no event. */
  public void badRecord() {
    badRecords.increment();
  }

  /** The tail waited for a shard whose inbox was full. */
  public void tailWaited() {
    tailWaits.increment();
  }

  /** Ephemeral frames found no room before a shard. */
  public void notShown(int frames) {
    notShown.increment(frames);
  }

  /** The tail has failed and reads anew. */
  public void tailBroke() {
    tailBreaks.increment();
  }

  /** A shard has written an event to the last socket that takes it. */
  public void written(long sinceCommitMicros) {
    commitToSocket.record(Math.max(0, sinceCommitMicros), TimeUnit.MICROSECONDS);
  }

  /** Bytes went out. */
  public void wrote(long calls, long bytes) {
    writes.increment((double) calls);
    bytesWritten.increment((double) bytes);
  }

  /** A client told when an event was on its screen. */
  public void rendered(double ms) {
    if (ms >= 0) {
      commitToRender.record((long) (ms * 1000), TimeUnit.MICROSECONDS);
    }
  }

  /** The stores answered. */
  public void joined(long nanos) {
    join.record(nanos, TimeUnit.NANOSECONDS);
  }

  private Timer timer(String name) {
    return Timer.builder(name).serviceLevelObjectives(LATENCIES).register(registry);
  }

  private static AtomicInteger counter(Map<Wire, AtomicInteger> counts, Wire wire) {
    AtomicInteger count = counts.get(wire);
    if (count == null) {
      throw new IllegalStateException("no counter for " + wire);
    }
    return count;
  }
}
