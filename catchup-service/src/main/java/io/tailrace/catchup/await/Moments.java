package io.tailrace.catchup.await;

import io.tailrace.catchup.auth.Reader;
import io.tailrace.schemas.problem.Problem;
import io.tailrace.schemas.problem.ProblemCode;
import io.tailrace.sequencer.store.HistoryReader;
import java.time.Duration;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Looks at moments of a channel's partition until one of them has what is asked for. No view is
 * open between two looks. Thread: any that may wait.
 *
 * <p>Here, and nowhere else on the way of a history request, the channel's members decide: in every
 * moment anew, before a rule sees it, and a rule sees no more of it than its reader may.
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

  /**
   * How long is waited, and for what.
   *
   * @param minSeq a seq that the store must have, 0 for none
   * @param epoch an epoch that it must have reached, 0 for none
   */
  public record Wait(Duration longest, long minSeq, int epoch) {
    /** For nothing in particular. */
    public static Wait atMost(Duration longest) {
      return new Wait(longest, 0, 0);
    }

    /**
     * Whether the change of members that lets the reader in may still be on its way. Does not look
     * at how far the channel is: how long a refusal takes must not tell that.
     */
    private boolean mayStillBeLetIn(HistoryReader.View view) {
      return minSeq > 0 || epoch > view.epoch();
    }
  }

  /** What became of it. */
  public sealed interface Outcome<T> {
    /** It is there. */
    record Found<T>(T value) implements Outcome<T> {}

    /** The reader may not read the channel, or too many wait. */
    record Refused<T>(Problem problem) implements Outcome<T> {}

    /** The time is over. */
    record TimedOut<T>() implements Outcome<T> {}
  }

  /** Looks until the rule answers, bounded; a rule says null for not yet. */
  public <T> Outcome<T> await(
      Reader reader, Wait wait, Function<HistoryReader.View, @Nullable T> rule)
      throws InterruptedException {
    int partition = history.partitionOf(reader.channel());
    return await(reader, partition, wait, now -> look(partition, reader, now, rule));
  }

  /** What a reader who may read is answered of what has been read; null for not yet. */
  @FunctionalInterface
  public interface ReceiptRule<T> {
    /** Decides in one moment. */
    @Nullable T of(HistoryReader.ReceiptView view, Reader.Standing.Reads reads);
  }

  /** The same for what has been read. */
  public <T> Outcome<T> awaitReceipts(Reader reader, Duration longest, ReceiptRule<T> rule)
      throws InterruptedException {
    int partition = history.partitionOf(reader.channel());
    return await(
        reader, partition, Wait.atMost(longest), _ -> lookAtReceipts(partition, reader, rule));
  }

  private <T> Outcome<T> await(
      Reader reader, int partition, Wait wait, Function<Wait, @Nullable Outcome<T>> look)
      throws InterruptedException {
    return switch (progress.onChannel(
        reader.channel(), partition, wait.longest(), () -> look.apply(wait))) {
      case Progress.Outcome.Found<Outcome<T>>(Outcome<T> outcome) -> outcome;
      case Progress.Outcome.Full<Outcome<T>> _ -> new Outcome.Refused<>(full());
      case Progress.Outcome.TimedOut<Outcome<T>> _ -> {
        Outcome<T> last = look.apply(Wait.atMost(Duration.ZERO));
        yield last == null ? new Outcome.TimedOut<>() : last;
      }
    };
  }

  private <T> @Nullable Outcome<T> look(
      int partition, Reader reader, Wait wait, Function<HistoryReader.View, @Nullable T> rule) {
    HistoryReader.@Nullable View opened = history.open(partition);
    if (opened == null) {
      return null;
    }
    try (HistoryReader.View view = opened) {
      return switch (reader.in(view)) {
        case Reader.Standing.Refused _ ->
            wait.mayStillBeLetIn(view) ? null : new Outcome.Refused<>(Problem.UNREADABLE);
        case Reader.Standing.Reads reads -> {
          T found = rule.apply(view.seenFrom(reader.channel(), reads.visibleFrom()));
          yield found == null ? null : new Outcome.Found<>(found);
        }
      };
    }
  }

  private <T> @Nullable Outcome<T> lookAtReceipts(
      int partition, Reader reader, ReceiptRule<T> rule) {
    HistoryReader.@Nullable ReceiptView opened = history.openReceipts(partition);
    if (opened == null) {
      return null;
    }
    try (HistoryReader.ReceiptView view = opened) {
      return switch (reader.in(view.history())) {
        case Reader.Standing.Refused _ -> new Outcome.Refused<>(Problem.UNREADABLE);
        case Reader.Standing.Reads reads -> {
          T found = rule.of(view, reads);
          yield found == null ? null : new Outcome.Found<>(found);
        }
      };
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
