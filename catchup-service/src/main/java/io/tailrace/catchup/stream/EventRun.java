package io.tailrace.catchup.stream;

import io.tailrace.catchup.auth.Reader;
import io.tailrace.catchup.await.Moments;
import io.tailrace.catchup.read.Answer;
import io.tailrace.catchup.read.EventRules;
import io.tailrace.catchup.read.Pieces;
import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.problem.Problem;
import io.tailrace.sequencer.store.Head;
import io.tailrace.sequencer.store.HistoryReader;
import io.tailrace.sequencer.store.StoredEvent;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Walks over the events of one epoch from one seq up to another that was there when the walk began,
 * a run at a time, each from a view of its own, in which its reader may still read the channel.
 */
final class EventRun {
  private static final int EVENTS_MAX = 2000;

  private final Moments moments;
  private final Reader reader;
  private final int epoch;
  private final long to;
  private long at;
  private @Nullable Long chain;

  EventRun(Moments moments, Reader reader, int epoch, long after, long to) {
    this.moments = moments;
    this.reader = reader;
    this.epoch = epoch;
    this.at = after;
    this.to = to;
  }

  /** The next events, or why there are none. */
  sealed interface Step {
    /** Events, never none. */
    record Events(List<StoredEvent> events) implements Step {}

    /** What was there is not any more, or not now. */
    record Refused(Problem problem) implements Step {}
  }

  /** The seq up to which it has come. */
  long at() {
    return at;
  }

  /** The chain there; null where no event has been read. */
  @Nullable Long chain() {
    return chain;
  }

  boolean isDone() {
    return at >= to;
  }

  Step next() throws InterruptedException {
    return switch (moments.await(reader, Moments.Wait.atMost(Moments.FOR_STORE), this::read)) {
      case Moments.Outcome.Found<Step>(Step step) -> step;
      case Moments.Outcome.Refused<Step>(Problem problem) -> new Step.Refused(problem);
      case Moments.Outcome.TimedOut<Step> _ -> new Step.Refused(Moments.notReady());
    };
  }

  private @Nullable Step read(HistoryReader.View view) {
    Answer.Refused passed = EventRules.passedEpoch(view, epoch);
    if (passed != null) {
      return new Step.Refused(passed.problem());
    }
    Channel channel = reader.channel();
    Head head = view.head(channel);
    if (head.epoch() < epoch || head.seq() < to) {
      // A store that has just been taken over may still be on its way to what was there before.
      return null;
    }
    if (at + 1 < head.first()) {
      return new Step.Refused(EventRules.gone(channel, head.first()).problem());
    }
    int limit = (int) Math.min(EVENTS_MAX, to - at);
    List<StoredEvent> events = view.events(channel, at, limit, Pieces.BYTES).events();
    at = events.getLast().seq();
    chain = events.getLast().chain();
    return new Step.Events(events);
  }
}
