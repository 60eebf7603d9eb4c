package io.tailrace.catchup.http;

import io.tailrace.catchup.auth.ReadRight;
import io.tailrace.catchup.await.Moments;
import io.tailrace.catchup.await.Progress;
import io.tailrace.catchup.read.Answer;
import io.tailrace.catchup.read.EventQuery;
import io.tailrace.catchup.read.EventRules;
import io.tailrace.catchup.read.PageRules;
import io.tailrace.catchup.snapshot.SnapshotRules;
import io.tailrace.catchup.stream.EventStream;
import io.tailrace.catchup.stream.PagePieces;
import io.tailrace.catchup.stream.StreamFormat;
import io.tailrace.catchup.stream.StreamRules;
import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.problem.Problem;
import io.tailrace.schemas.problem.ProblemCode;
import io.tailrace.sequencer.store.HistoryReader;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Deque;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** History of one channel that may be read: waits, bounded, and answers from one moment. */
public final class HistoryPaths {
  private static final String JSON = "application/json";
  private static final Duration WAIT_FOR_SEQ = Duration.ofSeconds(5);
  private static final Duration WAIT_ABOVE_HEAD = Duration.ofSeconds(2);

  private final Moments moments;
  private final InstantSource clock;

  /** With the store's moments, and the clock that ends tokens. */
  public HistoryPaths(Moments moments, InstantSource clock) {
    this.moments = moments;
    this.clock = clock;
  }

  Answer channel(ReadRight.Decision.Granted granted, Map<String, Deque<String>> parameters)
      throws InterruptedException {
    Problem problem = new Query(parameters, Set.of()).problem();
    return problem != null
        ? new Answer.Refused(problem)
        : await(
            granted.channel(),
            Moments.FOR_STORE,
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
          return answer == null ? late(view, channel, asked.epoch()) : answer;
        });
  }

  private @Nullable Answer awaitEvents(Channel channel, EventQuery asked)
      throws InterruptedException {
    Duration longest = asked.poll();
    if (asked.minSeq() > 0 && longest.compareTo(WAIT_FOR_SEQ) < 0) {
      longest = WAIT_FOR_SEQ;
    }
    if (asked.epoch() > 0 && longest.compareTo(Moments.FOR_STORE) < 0) {
      longest = Moments.FOR_STORE;
    }
    boolean longPoll = !asked.poll().isZero();
    Progress.Outcome<Answer> outcome =
        moments.await(
            channel,
            longest.isZero() ? WAIT_ABOVE_HEAD : longest,
            view ->
                EventRules.events(
                    view, channel, asked, !longPoll && asked.after() <= view.head(channel).seq()));
    return switch (outcome) {
      case Progress.Outcome.Found<Answer>(Answer answer) -> answer;
      case Progress.Outcome.TimedOut<Answer> _ -> null;
      case Progress.Outcome.Full<Answer> _ -> full();
    };
  }

  /** As many events as there are, in one answer. */
  Answer stream(
      Channel channel, StreamFormat format, Instant until, Map<String, Deque<String>> parameters)
      throws InterruptedException {
    Query query = new Query(parameters, Set.of("after", "to", "minSeq", "epoch"));
    StreamRules.Query asked =
        new StreamRules.Query(
            query.number("after", 0, 0, Long.MAX_VALUE - 1),
            query.number("to", Long.MAX_VALUE, 0, Long.MAX_VALUE),
            query.number("minSeq", 0, 0, Long.MAX_VALUE),
            (int) query.number("epoch", 0, 1, Integer.MAX_VALUE));
    Problem problem = query.problem();
    if (problem != null) {
      return new Answer.Refused(problem);
    }
    EventStream.Reader reader = new EventStream.Reader(channel, format, until, clock);
    Duration longest = asked.minSeq() > 0 ? WAIT_FOR_SEQ : WAIT_ABOVE_HEAD;
    Progress.Outcome<Answer> outcome =
        moments.await(channel, longest, view -> begin(view, reader, asked, false));
    return switch (outcome) {
      case Progress.Outcome.Found<Answer>(Answer answer) -> answer;
      case Progress.Outcome.Full<Answer> _ -> full();
      case Progress.Outcome.TimedOut<Answer> _ ->
          await(
              channel,
              Duration.ZERO,
              view -> {
                Answer answer = begin(view, reader, asked, true);
                return answer == null ? late(view, channel, asked.epoch()) : answer;
              });
    };
  }

  private @Nullable Answer begin(
      HistoryReader.View view, EventStream.Reader reader, StreamRules.Query asked, boolean late) {
    return switch (StreamRules.begin(view, reader.channel(), asked, late)) {
      case null -> null;
      case StreamRules.Found.Refused(var why) -> why;
      case StreamRules.Found.Begins(var plan) ->
          new Answer.Parts(
              reader.format().mediaType(), null, new EventStream(moments, reader, plan));
    };
  }

  private static Answer late(HistoryReader.View view, Channel channel, int epoch) {
    return epoch > view.epoch()
        ? notReady()
        : new Answer.Refused(
            new Problem(
                ProblemCode.WAIT_TIMEOUT,
                "the store does not have this seq yet: ask again, or subscribe again",
                Map.of(
                    "head",
                    view.head(channel).seq(),
                    Problem.RETRY_AFTER_MS,
                    Moments.RETRY_AFTER_MS)));
  }

  Answer page(Channel channel, int epoch, long number, Map<String, Deque<String>> parameters)
      throws InterruptedException {
    Problem problem = new Query(parameters, Set.of()).problem();
    return problem != null
        ? new Answer.Refused(problem)
        : await(
            channel,
            Moments.FOR_STORE,
            view ->
                switch (PageRules.find(view, channel, epoch, number)) {
                  case null -> null;
                  case PageRules.Found.Refused(var why) -> why;
                  case PageRules.Found.Page(var plan) ->
                      new Answer.Parts(JSON, plan.tag(), new PagePieces(moments, channel, plan));
                });
  }

  Answer snapshot(Channel channel, Map<String, Deque<String>> parameters)
      throws InterruptedException {
    Query query = new Query(parameters, Set.of("cursor"));
    Problem problem = query.problem();
    return problem != null
        ? new Answer.Refused(problem)
        : await(
            channel,
            Moments.FOR_STORE,
            view -> SnapshotRules.part(view, channel, query.text("cursor")));
  }

  private Answer await(
      Channel channel, Duration longest, Function<HistoryReader.View, @Nullable Answer> rule)
      throws InterruptedException {
    return switch (moments.await(channel, longest, rule)) {
      case Progress.Outcome.Found<Answer>(Answer answer) -> answer;
      case Progress.Outcome.TimedOut<Answer> _ -> notReady();
      case Progress.Outcome.Full<Answer> _ -> full();
    };
  }

  private static Answer notReady() {
    return new Answer.Refused(Moments.notReady());
  }

  private static Answer full() {
    return new Answer.Refused(Moments.full());
  }
}
