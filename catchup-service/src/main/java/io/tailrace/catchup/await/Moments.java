package io.tailrace.catchup.await;

import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.problem.Problem;
import io.tailrace.schemas.problem.ProblemCode;
import io.tailrace.sequencer.store.HistoryReader;
import java.time.Duration;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Looks at moments of a channel's partition until one of them has what is asked for. No view is
 * open between two looks. Thread: any that may wait.
 */
public final class Moments {
  /** How long a partition may take to be restored, or to come here. */
  public static final Duration FOR_STORE = Duration.ofSeconds(2);

  /** When a client that was told to wait asks again. */
  public static final long RETRY_AFTER_MS = 1000;

  private final HistoryReader history;
  private final Progress progress;

  /** Over a store, and what tells of its progress. */
  public Moments(HistoryReader history, Progress progress) {
    this.history = history;
    this.progress = progress;
  }

  /** Looks until the rule answers, at most so long; a rule says null for not yet. */
  public <T> Progress.Outcome<T> await(
      Channel channel, Duration longest, Function<HistoryReader.View, @Nullable T> rule)
      throws InterruptedException {
    int partition = history.partitionOf(channel);
    return progress.onChannel(channel, partition, longest, () -> look(partition, rule));
  }

  private <T> @Nullable T look(int partition, Function<HistoryReader.View, @Nullable T> rule) {
    HistoryReader.@Nullable View opened = history.open(partition);
    if (opened == null) {
      return null;
    }
    try (HistoryReader.View view = opened) {
      return rule.apply(view);
    }
  }

  /** The store did not get there in time. */
  public static Problem notReady() {
    return Problem.retryAfter(
        ProblemCode.NOT_READY, "the history store is not caught up yet: ask again", RETRY_AFTER_MS);
  }

  /** Too many wait. */
  public static Problem full() {
    return Problem.retryAfter(
        ProblemCode.OVERLOADED, "too many requests wait already: ask again", RETRY_AFTER_MS);
  }
}
