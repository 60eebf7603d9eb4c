package io.tailrace.catchup.http;

import io.tailrace.catchup.auth.Reader;
import io.tailrace.catchup.await.Moments;
import io.tailrace.catchup.presence.Presence;
import io.tailrace.catchup.read.Answer;
import io.tailrace.catchup.read.EventQuery;
import io.tailrace.catchup.read.EventRules;
import io.tailrace.catchup.read.PageRules;
import io.tailrace.catchup.receipt.ReceiptRules;
import io.tailrace.catchup.snapshot.SnapshotRules;
import io.tailrace.catchup.stream.EventStream;
import io.tailrace.catchup.stream.PagePieces;
import io.tailrace.catchup.stream.StreamFormat;
import io.tailrace.catchup.stream.StreamRules;
import io.tailrace.schemas.contract.Contract;
import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.problem.Problem;
import io.tailrace.schemas.problem.ProblemCode;
import io.tailrace.sequencer.store.HistoryReader;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Deque;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** History of one channel: waits, bounded, and answers from one moment in which it may be read. */
public final class HistoryPaths {
  private static final String JSON = "application/json";
  private static final Duration WAIT_FOR_SEQ = Duration.ofSeconds(5);
  private static final Duration WAIT_ABOVE_HEAD = Duration.ofSeconds(2);

  private final Moments moments;
  private final SnapshotRules snapshots;
  private final ReceiptRules receipts;
  private final Presence presence;
  private final InstantSource clock;

  /** With the store's moments, and the clock that ends tokens. */
  public HistoryPaths(
      Moments moments,
      SnapshotRules snapshots,
      ReceiptRules receipts,
      Presence presence,
      InstantSource clock) {
    this.moments = moments;
    this.snapshots = snapshots;
    this.receipts = receipts;
    this.presence = presence;
    this.clock = clock;
  }

  Answer channel(Reader reader, Map<String, Deque<String>> parameters) throws InterruptedException {
    Problem problem = new Query(parameters, Set.of()).problem();
    return problem != null
        ? new Answer.Refused(problem)
        : await(
            reader,
            Moments.FOR_STORE,
            view -> EventRules.channel(view, reader.channel(), contractOf(reader)));
  }

  /** Of a reader who may read: nobody reads without one. */
  private static Contract contractOf(Reader reader) {
    return Objects.requireNonNull(reader.contract());
  }

  Answer events(Reader reader, Map<String, Deque<String>> parameters) throws InterruptedException {
    Query query = new Query(parameters, Set.of("after", "limit", "minSeq", "waitMs", "epoch"));
    EventQuery asked =
        new EventQuery(
            query.number("after", 0, 0, Long.MAX_VALUE - 1),
            (int) query.number("limit", EventQuery.LIMIT_DEFAULT, 1, EventQuery.LIMIT_MAX),
            query.number("minSeq", 0, 0, Long.MAX_VALUE),
            (int) query.number("epoch", 0, 1, Integer.MAX_VALUE),
            Duration.ofMillis(query.number("waitMs", 0, 0, EventQuery.WAIT_MAX.toMillis())));
    Problem problem = query.problem();
    return problem != null ? new Answer.Refused(problem) : events(reader, asked);
  }

  private Answer events(Reader reader, EventQuery asked) throws InterruptedException {
    Channel channel = reader.channel();
    // First until the store has what must be there, and, for a while, what may come.
    Answer now = awaitEvents(reader, asked);
    if (now != null) {
      return now;
    }
    return await(
        reader,
        Duration.ZERO,
        view -> {
          Answer answer = EventRules.events(view, channel, asked, true);
          return answer == null ? late(view, channel, asked.epoch()) : answer;
        });
  }

  private @Nullable Answer awaitEvents(Reader reader, EventQuery asked)
      throws InterruptedException {
    Duration longest = asked.poll();
    if (asked.minSeq() > 0 && longest.compareTo(WAIT_FOR_SEQ) < 0) {
      longest = WAIT_FOR_SEQ;
    }
    if (asked.epoch() > 0 && longest.compareTo(Moments.FOR_STORE) < 0) {
      longest = Moments.FOR_STORE;
    }
    boolean longPoll = !asked.poll().isZero();
    Moments.Wait wait =
        new Moments.Wait(
            longest.isZero() ? WAIT_ABOVE_HEAD : longest, asked.minSeq(), asked.epoch());
    Channel channel = reader.channel();
    Moments.Outcome<Answer> outcome =
        moments.await(
            reader,
            wait,
            view ->
                EventRules.events(
                    view, channel, asked, !longPoll && asked.after() <= view.head(channel).seq()));
    return switch (outcome) {
      case Moments.Outcome.Found<Answer>(Answer answer) -> answer;
      case Moments.Outcome.Refused<Answer>(Problem problem) -> new Answer.Refused(problem);
      case Moments.Outcome.TimedOut<Answer> _ -> null;
    };
  }

  /** As many events as there are, in one answer. */
  Answer stream(
      Reader reader, StreamFormat format, Instant until, Map<String, Deque<String>> parameters)
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
    EventStream.Asked who = new EventStream.Asked(reader, format, until, clock);
    Moments.Wait wait =
        new Moments.Wait(
            asked.minSeq() > 0 ? WAIT_FOR_SEQ : WAIT_ABOVE_HEAD, asked.minSeq(), asked.epoch());
    return switch (moments.await(reader, wait, view -> begin(view, who, asked, false))) {
      case Moments.Outcome.Found<Answer>(Answer answer) -> answer;
      case Moments.Outcome.Refused<Answer>(Problem refusal) -> new Answer.Refused(refusal);
      case Moments.Outcome.TimedOut<Answer> _ ->
          await(
              reader,
              Duration.ZERO,
              view -> {
                Answer answer = begin(view, who, asked, true);
                return answer == null ? late(view, reader.channel(), asked.epoch()) : answer;
              });
    };
  }

  private @Nullable Answer begin(
      HistoryReader.View view, EventStream.Asked who, StreamRules.Query asked, boolean late) {
    return switch (StreamRules.begin(view, who.reader().channel(), asked, late)) {
      case null -> null;
      case StreamRules.Found.Refused(var why) -> why;
      case StreamRules.Found.Begins(var plan) ->
          new Answer.Parts(who.format().mediaType(), null, new EventStream(moments, who, plan));
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

  Answer page(Reader reader, int epoch, long number, Map<String, Deque<String>> parameters)
      throws InterruptedException {
    Problem problem = new Query(parameters, Set.of()).problem();
    return problem != null
        ? new Answer.Refused(problem)
        : await(
            reader,
            Moments.FOR_STORE,
            view ->
                switch (PageRules.find(view, reader.channel(), epoch, number)) {
                  case null -> null;
                  case PageRules.Found.Refused(var why) -> why;
                  case PageRules.Found.Page(var plan) ->
                      new Answer.Parts(JSON, plan.tag(), new PagePieces(moments, reader, plan));
                });
  }

  Answer snapshot(Reader reader, Map<String, Deque<String>> parameters)
      throws InterruptedException {
    Query query = new Query(parameters, Set.of("cursor"));
    Problem problem = query.problem();
    return problem != null
        ? new Answer.Refused(problem)
        : await(
            reader,
            Moments.FOR_STORE,
            view -> snapshots.part(view, reader.channel(), query.text("cursor")));
  }

  /** How far the channel's readers have read. */
  Answer receipts(Reader reader, Map<String, Deque<String>> parameters)
      throws InterruptedException {
    Query query = new Query(parameters, Set.of("cursor", "limit"));
    int limit = (int) query.number("limit", ReceiptRules.LIMIT_DEFAULT, 1, ReceiptRules.LIMIT_MAX);
    String cursor = query.text("cursor");
    Problem problem = query.problem();
    return problem != null
        ? new Answer.Refused(problem)
        : answer(
            moments.awaitReceipts(
                reader,
                Moments.FOR_STORE,
                (view, reads) -> receipts.part(view, reader, reads, cursor, limit)));
  }

  /** Who is in the channel; for whoever may read it. */
  Answer presence(Reader reader, Map<String, Deque<String>> parameters)
      throws InterruptedException {
    Problem problem = new Query(parameters, Set.of()).problem();
    return problem != null
        ? new Answer.Refused(problem)
        : await(
            reader,
            Moments.FOR_STORE,
            _ -> presence.in(reader.channel(), contractOf(reader).presence()));
  }

  private Answer await(
      Reader reader, Duration longest, Function<HistoryReader.View, @Nullable Answer> rule)
      throws InterruptedException {
    return answer(moments.await(reader, Moments.Wait.atMost(longest), rule));
  }

  private static Answer answer(Moments.Outcome<Answer> outcome) {
    return switch (outcome) {
      case Moments.Outcome.Found<Answer>(Answer answer) -> answer;
      case Moments.Outcome.Refused<Answer>(Problem problem) -> new Answer.Refused(problem);
      case Moments.Outcome.TimedOut<Answer> _ -> notReady();
    };
  }

  private static Answer notReady() {
    return new Answer.Refused(Moments.notReady());
  }
}
