package io.tailrace.relay;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.tailrace.schemas.trace.Spans;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** What the relay counts. Names end in their unit, as Prometheus shows them. Any thread. */
final class RelayMetrics {
  private static final List<String> WAL_STATES =
      List.of("reserved", "extended", "unreserved", "lost");

  private final Spans spans;
  private final Counter rows;
  private final Counter deadLetters;
  private final Counter halts;
  private final Counter nudges;
  private final Timer commitToAck;
  private final AtomicLong lagBytes = new AtomicLong();
  private final AtomicLong oldestUnackedMicros = new AtomicLong();
  private final AtomicInteger walState = new AtomicInteger(-1);
  private final AtomicInteger leading = new AtomicInteger();

  RelayMetrics(MeterRegistry registry, InstantSource clock, Spans spans) {
    this.spans = spans;
    rows = counter(registry, "tailrace_relay_rows_total", "Rows acknowledged by Kafka.");
    deadLetters =
        counter(
            registry,
            "tailrace_relay_dead_letters_total",
            "Rows that did not fit and went to tailrace.deadletter.");
    halts =
        counter(registry, "tailrace_relay_halts_total", "Times that the relay ended its process.");
    nudges =
        counter(
            registry,
            "tailrace_relay_wal_messages_total",
            "WAL messages written to move the slot past other tables' writes.");
    commitToAck =
        Timer.builder("tailrace_relay_commit_to_ack_seconds")
            .description("From a batch's first commit to the acknowledgement of all of it.")
            .serviceLevelObjectives(
                Duration.ofMillis(2),
                Duration.ofMillis(5),
                Duration.ofMillis(10),
                Duration.ofMillis(50),
                Duration.ofMillis(250),
                Duration.ofSeconds(1),
                Duration.ofSeconds(10))
            .register(registry);
    gauge(registry, "tailrace_relay_lag_bytes", "WAL written since the slot's position.", lagBytes);
    gauge(registry, "tailrace_relay_leading", "1 where this relay reads the slot.", leading);
    Gauge.builder("tailrace_relay_lag_seconds", this, m -> m.lagSeconds(clock))
        .description("Age of the oldest row that waits for Kafka's acknowledgement; 0: none.")
        .register(registry);
    for (int i = 0; i < WAL_STATES.size(); i++) {
      int state = i;
      Gauge.builder("tailrace_relay_slot_state", walState, w -> w.get() == state ? 1 : 0)
          .tag("state", WAL_STATES.get(i))
          .description("1 for the slot's wal_status.")
          .register(registry);
    }
  }

  private static Counter counter(MeterRegistry registry, String name, String text) {
    return Counter.builder(name).description(text).register(registry);
  }

  private static void gauge(MeterRegistry registry, String name, String text, Number number) {
    Gauge.builder(name, number, Number::doubleValue).description(text).register(registry);
  }

  private double lagSeconds(InstantSource clock) {
    long oldest = oldestUnackedMicros.get();
    return oldest == 0 ? 0 : Math.max(0, clock.millis() - oldest / 1000) / 1000.0;
  }

  Spans spans() {
    return spans;
  }

  void batchTaken(long firstCommitMicros) {
    oldestUnackedMicros.set(firstCommitMicros);
  }

  void batchAcknowledged(int count, int dead, Duration sinceCommit) {
    oldestUnackedMicros.set(0);
    rows.increment(count - dead);
    deadLetters.increment(dead);
    commitToAck.record(sinceCommit.isNegative() ? Duration.ZERO : sinceCommit);
  }

  void slot(String walStatus, long lag) {
    walState.set(WAL_STATES.indexOf(walStatus));
    lagBytes.set(Math.max(0, lag));
  }

  void leading(boolean now) {
    leading.set(now ? 1 : 0);
  }

  void nudged() {
    nudges.increment();
  }

  void halted() {
    halts.increment();
  }
}
