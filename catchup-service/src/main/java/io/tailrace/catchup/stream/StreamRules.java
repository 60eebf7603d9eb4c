package io.tailrace.catchup.stream;

import io.tailrace.catchup.read.Answer;
import io.tailrace.catchup.read.EventRules;
import io.tailrace.schemas.name.Channel;
import io.tailrace.sequencer.store.Head;
import io.tailrace.sequencer.store.HistoryReader;
import org.jspecify.annotations.Nullable;

/** Whether a stream of events may begin, and how far it goes. */
public final class StreamRules {
  private StreamRules() {}

  /**
   * What is asked.
   *
   * @param after events above this seq
   * @param to and up to this one; what is above the head does not come
   * @param minSeq the store must have it, 0 for none
   * @param epoch the caller's epoch, 0 for any
   */
  public record Query(long after, long to, long minSeq, int epoch) {}

  /** What one moment says. */
  public sealed interface Found {
    /** It may not. */
    record Refused(Answer.Refused why) implements Found {}

    /** It may. */
    record Begins(Plan plan) implements Found {}
  }

  /** A stream that may begin; nothing of it has been read yet. */
  public record Plan(int epoch, long head, long after, long to) {}

  /**
   * Decides; null where the store is not there yet.
   *
   * @param late whether the caller has waited long enough for a head below {@code after}
   */
  public static @Nullable Found begin(
      HistoryReader.View view, Channel channel, Query query, boolean late) {
    Answer.Refused passed = EventRules.passedEpoch(view, query.epoch());
    if (passed != null) {
      return new Found.Refused(passed);
    }
    Head head = view.head(channel);
    boolean behind = query.epoch() > head.epoch() || head.seq() < query.minSeq();
    if (behind || query.after() > head.seq() && !late) {
      return null;
    }
    if (query.after() < head.seq() && query.after() + 1 < head.first()) {
      return new Found.Refused(EventRules.gone(channel, head.first()));
    }
    return new Found.Begins(
        new Plan(head.epoch(), head.seq(), query.after(), Math.min(query.to(), head.seq())));
  }
}
