package io.tailrace.catchup.http;

import io.tailrace.catchup.CatchupMetrics;
import io.tailrace.catchup.auth.ReadRight;
import io.tailrace.catchup.await.Progress;
import io.tailrace.catchup.page.PageRules;
import io.tailrace.catchup.read.Answer;
import io.tailrace.catchup.read.EventQuery;
import io.tailrace.catchup.read.EventRules;
import io.tailrace.catchup.snapshot.SnapshotRules;
import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.problem.Problem;
import io.tailrace.schemas.problem.ProblemCode;
import io.tailrace.sequencer.store.HistoryReader;
import java.time.Duration;
import java.util.Deque;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** History of one channel that may be read: waits, bounded, and answers from one moment. */
public final class HistoryPaths {
  private static final Duration WAIT_FOR_STORE = Duration.ofSeconds(2);
  private static final Duration WAIT_FOR_SEQ = Duration.ofSeconds(5);
  private static final Duration WAIT_ABOVE_HEAD = Duration.ofSeconds(2);
  private static final long RETRY_AFTER_MS = 1000;

  private final HistoryReader history;
  private final Progress progress;
  private final CatchupMetrics metrics;
  private final AnswerBytes answerBytes;

  /** With the store, the waits on it, and the bound of what is being sent. */
  public HistoryPaths(
      HistoryReader history, Progress progress, CatchupMetrics metrics, AnswerBytes answerBytes) {
    this.history = history;
    this.progress = progress;
    this.metrics = metrics;
    this.answerBytes = answerBytes;
  }

  AnswerBytes answerBytes() {
    return answerBytes;
  }

  CatchupMetrics metrics() {
    return metrics;
  }

  Answer channel(ReadRight.Decision.Granted granted, Map<String, Deque<String>> parameters)
      throws InterruptedException {
    Problem problem = new Query(parameters, Set.of()).problem();
    return problem != null
        ? new Answer.Refused(problem)
        : await(
            granted.channel(),
            WAIT_FOR_STORE,
            view -> EventRules.channel(view, granted.channel(), granted.contract()));
  }

  Answer events(Channel channel, Map<String, Deque<String>> parameters)
      throws InterruptedException {
    Query query = new Query(parameters, Set.of("after", "limit", "minSeq", "waitMs", "epoch"));
    EventQuery asked =
        new EventQuery(
            query.number("after", 0, 0, Long.MAX_VALUE - 1),
            (int) query.number("limit", EventQuery.LIMIT_DEFAULT, 1, EventQuery.LIMIT_MAX),
            query.number("minSeq", 0, 0, Long.MAX_VALUE),
            (int) query.number("epoch", 0, 1, Integer.MAX_VALUE),
            Duration.ofMillis(query.number("waitMs", 0, 0, EventQuery.WAIT_MAX.toMillis())));
    Problem problem = query.problem();
    return problem != null ? new Answer.Refused(problem) : events(channel, asked);
  }

  private Answer events(Channel channel, EventQuery asked) throws InterruptedException {
    // First until the store has what must be there, and, for a while, what may come.
    Answer now = awaitEvents(channel, asked);
    if (now != null) {
      return now;
    }
    return await(
        channel,
        Duration.ZERO,
        view -> {
          Answer answer = EventRules.events(view, channel, asked, true);
          return answer == null ? late(view, channel, asked) : answer;
        });
  }

  private @Nullable Answer awaitEvents(Channel channel, EventQuery asked)
      throws InterruptedException {
    Duration longest = asked.poll();
    if (asked.minSeq() > 0 && longest.compareTo(WAIT_FOR_SEQ) < 0) {
      longest = WAIT_FOR_SEQ;
    }
    if (asked.epoch() > 0 && longest.compareTo(WAIT_FOR_STORE) < 0) {
      longest = WAIT_FOR_STORE;
    }
    boolean longPoll = !asked.poll().isZero();
    Progress.Outcome<Answer> outcome =
        progress.onChannel(
            channel,
            history.partitionOf(channel),
            longest.isZero() ? WAIT_ABOVE_HEAD : longest,
            () ->
                look(
                    channel,
                    view ->
                        EventRules.events(
                            view,
                            channel,
                            asked,
                            !longPoll && asked.after() <= view.head(channel).seq())));
    return switch (outcome) {
      case Progress.Outcome.Found<Answer>(Answer answer) -> answer;
      case Progress.Outcome.TimedOut<Answer> _ -> null;
      case Progress.Outcome.Full<Answer> _ -> full();
    };
  }

  private static Answer late(HistoryReader.View view, Channel channel, EventQuery asked) {
    return asked.epoch() > view.epoch()
        ? notReady()
        : new Answer.Refused(
            new Problem(
                ProblemCode.WAIT_TIMEOUT,
                "the store does not have this seq yet: ask again, or subscribe again",
                Map.of("head", view.head(channel).seq(), Problem.RETRY_AFTER_MS, RETRY_AFTER_MS)));
  }

  Answer page(Channel channel, int epoch, long number, Map<String, Deque<String>> parameters)
      throws InterruptedException {
    Problem problem = new Query(parameters, Set.of()).problem();
    return problem != null
        ? new Answer.Refused(problem)
        : await(channel, WAIT_FOR_STORE, view -> PageRules.page(view, channel, epoch, number));
  }

  Answer snapshot(Channel channel, Map<String, Deque<String>> parameters)
      throws InterruptedException {
    Query query = new Query(parameters, Set.of("cursor"));
    Problem problem = query.problem();
    return problem != null
        ? new Answer.Refused(problem)
        : await(
            channel,
            WAIT_FOR_STORE,
            view -> SnapshotRules.part(view, channel, query.text("cursor")));
  }

  private Answer await(
      Channel channel, Duration longest, Function<HistoryReader.View, @Nullable Answer> rule)
      throws InterruptedException {
    Progress.Outcome<Answer> outcome =
        progress.onChannel(
            channel, history.partitionOf(channel), longest, () -> look(channel, rule));
    return switch (outcome) {
      case Progress.Outcome.Found<Answer>(Answer answer) -> answer;
      case Progress.Outcome.TimedOut<Answer> _ -> notReady();
      case Progress.Outcome.Full<Answer> _ -> full();
    };
  }

  private @Nullable Answer look(
      Channel channel, Function<HistoryReader.View, @Nullable Answer> rule) {
    HistoryReader.@Nullable View opened = history.open(history.partitionOf(channel));
    if (opened == null) {
      return null;
    }
    try (HistoryReader.View view = opened) {
      return rule.apply(view);
    }
  }

  private static Answer notReady() {
    return new Answer.Refused(
        Problem.retryAfter(
            ProblemCode.NOT_READY,
            "the history store is not caught up yet: ask again",
            RETRY_AFTER_MS));
  }

  private static Answer full() {
    return new Answer.Refused(
        Problem.retryAfter(
            ProblemCode.OVERLOADED, "too many requests wait already: ask again", RETRY_AFTER_MS));
  }
}
