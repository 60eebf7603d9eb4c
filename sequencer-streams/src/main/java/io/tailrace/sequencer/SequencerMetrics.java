package io.tailrace.sequencer;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.tailrace.sequencer.emit.Decision;
import java.util.EnumMap;
import java.util.Map;

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

  private final Counter events;
  private final Counter repeats;
  private final Counter threadsReplaced;
  private final Map<Decision.Reason, Counter> deadLetters = new EnumMap<>(Decision.Reason.class);

  /** Registers the counters. */
  public SequencerMetrics(MeterRegistry registry) {
    events = registry.counter(EVENTS);
    repeats = registry.counter(REPEATS);
    threadsReplaced = registry.counter(THREADS_REPLACED);
    for (Decision.Reason reason : Decision.Reason.values()) {
      deadLetters.put(reason, registry.counter(DEAD_LETTERS, "reason", reason.code()));
    }
  }

  /** One event got a seq. */
  public void event() {
    events.increment();
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
