package io.tailrace.sequencer;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.tailrace.schemas.trace.Spans;
import io.tailrace.sequencer.emit.Decision;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The sequencer's counters. Thread: any. */
public final class SequencerMetrics {
  /** Events that got a seq, counted again when a transaction is done again. */
  public static final String EVENTS = "tailrace_sequencer_events";

  /** Rows that the log held already. */
  public static final String REPEATS = "tailrace_sequencer_repeats_dropped";

  /** Records that could not be sequenced, by reason. */
  public static final String DEAD_LETTERS = "tailrace_sequencer_dead_letters";

  /** Streams threads that died and were replaced. */
  public static final String THREADS_REPLACED = "tailrace_sequencer_threads_replaced";

  /** From an event's commit until it had its seq; the transaction around it may still be open. */
  public static final String COMMIT_TO_SEQUENCED = "tailrace_commit_to_sequenced_seconds";

  /** Rows that wait for a seq, by partition. */
  public static final String LAG = "tailrace_sequencer_lag_records";

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

  private final InstantSource clock;
  private final Spans spans;
  private final Timer commitToSequenced;
  private final Counter events;
  private final Counter repeats;
  private final Counter threadsReplaced;
  private final Map<Decision.Reason, Counter> deadLetters = new EnumMap<>(Decision.Reason.class);

  /**
   * Registers the counters.
   *
   * @param clock near the database's
   */
  public SequencerMetrics(MeterRegistry registry, InstantSource clock, Spans spans) {
    this.clock = clock;
    this.spans = spans;
    commitToSequenced =
        Timer.builder(COMMIT_TO_SEQUENCED).serviceLevelObjectives(LATENCIES).register(registry);
    events = registry.counter(EVENTS);
    repeats = registry.counter(REPEATS);
    threadsReplaced = registry.counter(THREADS_REPLACED);
    for (Decision.Reason reason : Decision.Reason.values()) {
      deadLetters.put(reason, registry.counter(DEAD_LETTERS, "reason", reason.code()));
    }
  }

  /**
   * One event got a seq.
   *
   * @param commitMs when its row was committed
   */
  public void event(long commitMs) {
    events.increment();
    commitToSequenced.record(Math.max(0, clock.millis() - commitMs), TimeUnit.MILLISECONDS);
  }

  /** Where it is told that an event got its seq. */
  public Spans spans() {
    return spans;
  }

  /** Microseconds since 1970, for spans alone: what is emitted must not depend on a clock. */
  public long nowMicros() {
    return ChronoUnit.MICROS.between(Instant.EPOCH, clock.instant());
  }

  /** One repeat was dropped. */
  public void repeat() {
    repeats.increment();
  }

  /** One record became a dead letter. */
  public void deadLetter(Decision.Reason reason) {
    Counter counter = deadLetters.get(reason);
    if (counter != null) {
      counter.increment();
    }
  }

  /** One Streams thread died and was replaced. */
  void threadReplaced() {
    threadsReplaced.increment();
  }
}
