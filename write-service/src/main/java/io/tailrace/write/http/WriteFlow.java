package io.tailrace.write.http;

import io.tailrace.schemas.http.TraceContext;
import io.tailrace.schemas.log.Redact;
import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.problem.Problem;
import io.tailrace.schemas.problem.ProblemCode;
import io.tailrace.schemas.token.Identity;
import io.tailrace.schemas.token.TokenResult;
import io.tailrace.write.auth.PublishRight;
import io.tailrace.write.auth.TokenCache;
import io.tailrace.write.commit.Claim;
import io.tailrace.write.commit.CommitResult;
import io.tailrace.write.commit.CommitTimes;
import io.tailrace.write.commit.EventIds;
import io.tailrace.write.commit.EventRow;
import io.tailrace.write.commit.GroupCommitter;
import io.tailrace.write.commit.WriteUnit;
import io.tailrace.write.http.Answer.One;
import io.tailrace.write.http.Answer.Refused;
import io.tailrace.write.http.Answer.Written;
import io.tailrace.write.limit.KindCounts;
import io.tailrace.write.limit.PublishLimits;
import io.tailrace.write.limit.Taken;
import io.tailrace.write.measure.WriteMetrics;
import io.tailrace.write.validate.NewEvent;
import io.tailrace.write.validate.Validated;
import io.tailrace.write.validate.Validator;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One write from token to answer. Thread-safe; blocks. */
final class WriteFlow {
  private static final Logger log = LoggerFactory.getLogger(WriteFlow.class);
  private static final long RETRY_AFTER_MS = 1_000;
  private static final int KEY_LENGTH_MAX = 200;

  private final TokenCache tokens;
  private final PublishRight right;
  private final PublishLimits limits;
  private final Validator validator;
  private final EventIds ids;
  private final GroupCommitter committer;
  private final CommitTimes commitTimes;
  private final Places places;
  private final WriteMetrics metrics;
  private final LongSupplier nanoTime;

  WriteFlow(WriteStages stages, Places places, WriteMetrics metrics, LongSupplier nanoTime) {
    this.tokens = stages.tokens();
    this.right = stages.right();
    this.limits = stages.limits();
    this.validator = stages.validator();
    this.ids = stages.ids();
    this.committer = stages.committer();
    this.commitTimes = stages.commitTimes();
    this.places = places;
    this.metrics = metrics;
    this.nanoTime = nanoTime;
  }

  Answer handle(WriteRequest request) throws InterruptedException {
    return switch (tokens.verify(request.token())) {
      case TokenResult.Refused refused -> refuse(refused.code(), refused.detail());
      case TokenResult.Accepted accepted -> authorised(request, accepted.identity());
    };
  }

  private Answer authorised(WriteRequest request, Identity identity) throws InterruptedException {
    String key = request.key();
    if (key != null && !isKey(key)) {
      return refuse(
          ProblemCode.BAD_REQUEST,
          "Idempotency-Key must have 1 to " + KEY_LENGTH_MAX + " visible ASCII characters");
    }
    return switch (request.target()) {
      case Target.Channel target -> {
        Channel channel = Channel.parse(identity.tenant(), target.name());
        if (channel == null) {
          yield refuse(ProblemCode.BAD_REQUEST, "a channel is kind:id, such as chat:lobby");
        }
        Problem refusal = right.refusal(identity, channel);
        yield refusal != null
            ? new Refused(refusal)
            : metered(
                limits.take(identity, Map.of(channel.kind(), 1)),
                () -> validated(request, identity, validator.event(request.body(), channel)));
      }
      case Target.Transaction _ ->
          metered(
              limits.take(
                  identity, KindCounts.of(request.body(), Validator.TRANSACTION_EVENTS_MAX)),
              () ->
                  validated(
                      request, identity, validator.transaction(request.body(), identity.tenant())));
    };
  }

  /** What a limit lets through. */
  private interface Work {
    Answer answer() throws InterruptedException;
  }

  /** Before the body is looked at: the limits protect that work too. */
  private static Answer metered(Taken taken, Work work) throws InterruptedException {
    return switch (taken) {
      case Taken.Limited limited ->
          new Answer.Metered(new Refused(limited.problem()), limited.quota());
      case Taken.Granted granted -> {
        Answer answer = work.answer();
        yield granted.quota() == null ? answer : new Answer.Metered(answer, granted.quota());
      }
    };
  }

  private Answer validated(WriteRequest request, Identity identity, Validated validated)
      throws InterruptedException {
    return switch (validated) {
      case Validated.Invalid invalid -> new Refused(invalid.problem());
      case Validated.Valid valid -> {
        Problem refusal = transactionRefusal(request.target(), identity, valid.events());
        yield refusal == null ? commit(request, identity, valid.events()) : new Refused(refusal);
      }
    };
  }

  private @Nullable Problem transactionRefusal(
      Target target, Identity identity, List<NewEvent> events) {
    if (target instanceof Target.Transaction) {
      for (int i = 0; i < events.size(); i++) {
        Problem refusal = right.refusal(identity, events.get(i).channel());
        if (refusal != null) {
          return atEvent(refusal, i);
        }
      }
    }
    return null;
  }

  private static Problem atEvent(Problem problem, int event) {
    return Problem.of(problem.code(), problem.detail(), "pointer", "/events/" + event + "/channel");
  }

  private Answer commit(WriteRequest request, Identity identity, List<NewEvent> events)
      throws InterruptedException {
    WriteUnit unit = unit(request, identity, events);
    CompletableFuture<CommitResult> result = committer.submit(unit);
    if (result == null) {
      return new Refused(
          Problem.retryAfter(
              ProblemCode.OVERLOADED,
              "too many writes wait for a commit; nothing was written, try again",
              RETRY_AFTER_MS));
    }
    try {
      // Bounded: a lane decides, or gives up, in its own time.
      return answer(request, identity, unit, result.get());
    } catch (ExecutionException e) {
      throw new IllegalStateException("a commit is only ever completed with a value", e);
    }
  }

  private Answer answer(
      WriteRequest request, Identity identity, WriteUnit unit, CommitResult result)
      throws InterruptedException {
    return switch (result) {
      case CommitResult.Committed done -> {
        List<String> rowIds = unit.rows().stream().map(EventRow::id).toList();
        long committedNanos = nanoTime.getAsLong();
        List<One> known =
            request.waitForSeq()
                ? places.await(channels(unit), rowIds, null, Instant.EPOCH)
                : List.of();
        Answer answer = written(request, unit, rowIds, known, done);
        if (answer instanceof Written w && w.status() == 201) {
          metrics.acked(nanoTime.getAsLong() - committedNanos);
        } else if (request.waitForSeq()) {
          metrics.late();
        }
        logWritten(request, identity, unit, false);
        yield answer;
      }
      case CommitResult.Replayed before -> {
        metrics.replayed();
        Instant time = before.commitTime();
        List<One> events =
            request.waitForSeq()
                ? places.await(channels(unit), before.ids(), time, time)
                : unplaced(channels(unit), before.ids(), time);
        logWritten(request, identity, unit, true);
        yield new Written(events, single(request), traceId(request), true);
      }
      case CommitResult.KeyReused _ ->
          refuse(
              ProblemCode.KEY_REUSED,
              "this Idempotency-Key stands for another body: use a new key for a new write");
      case CommitResult.Refused refused -> refuse(ProblemCode.INVALID_EVENT, refused.detail());
      case CommitResult.Forbidden forbidden -> {
        Problem problem = PublishRight.notAllowed(unit.rows().get(forbidden.row()).channel());
        yield new Refused(single(request) ? problem : atEvent(problem, forbidden.row()));
      }
      case CommitResult.Unavailable unavailable ->
          new Refused(
              Problem.retryAfter(ProblemCode.NOT_READY, unavailable.detail(), RETRY_AFTER_MS));
      case CommitResult.Broken broken -> refuse(ProblemCode.INTERNAL, broken.detail());
    };
  }

  /** An answer with places where all are known, else one with the time of the commit. */
  private Answer written(
      WriteRequest request,
      WriteUnit unit,
      List<String> rowIds,
      List<One> known,
      CommitResult.Committed done) {
    boolean all = !known.isEmpty();
    for (One event : known) {
      all &= event.sequenced() != null;
    }
    List<One> events = known;
    if (!all) {
      Instant time = done.commitTime();
      events =
          unplaced(
              channels(unit),
              rowIds,
              time != null ? time : commitTimes.of(rowIds.getFirst(), done.createdAt()));
    }
    return new Written(events, single(request), traceId(request), false);
  }

  /** All without a place: a transaction is told as a whole. */
  private static List<One> unplaced(List<Channel> channels, List<String> ids, Instant committed) {
    List<One> events = new ArrayList<>(ids.size());
    for (int i = 0; i < ids.size(); i++) {
      events.add(new One(channels.get(i), ids.get(i), null, committed));
    }
    return events;
  }

  private WriteUnit unit(WriteRequest request, Identity identity, List<NewEvent> events) {
    List<EventRow> rows = new ArrayList<>(events.size());
    String key = request.key();
    for (NewEvent event : events) {
      String id = event.id();
      if (key == null) {
        key = id;
      }
      rows.add(
          new EventRow(
              id == null ? ids.next() : id,
              event.channel(),
              event.type(),
              event.entity(),
              identity.user(),
              event.data(),
              event.bytes(),
              request.traceparent(),
              right.check(identity, event.channel())));
    }
    Claim claim =
        key == null
            ? null
            : new Claim(
                identity.tenant(),
                identity.user(),
                key,
                BodyHash.of(request.target(), request.body()));
    return new WriteUnit(rows, claim, !request.waitForSeq());
  }

  private static List<Channel> channels(WriteUnit unit) {
    return unit.rows().stream().map(EventRow::channel).toList();
  }

  private static boolean single(WriteRequest request) {
    return request.target() instanceof Target.Channel;
  }

  private static String traceId(WriteRequest request) {
    return TraceContext.traceId(request.traceparent());
  }

  private static boolean isKey(String key) {
    if (key.isEmpty() || key.length() > KEY_LENGTH_MAX) {
      return false;
    }
    for (int i = 0; i < key.length(); i++) {
      if (key.charAt(i) <= ' ' || key.charAt(i) > '~') {
        return false;
      }
    }
    return true;
  }

  private static Refused refuse(ProblemCode code, String detail) {
    return new Refused(Problem.of(code, detail));
  }

  private static void logWritten(
      WriteRequest request, Identity identity, WriteUnit unit, boolean replayed) {
    if (log.isDebugEnabled()) {
      EventRow first = unit.rows().getFirst();
      log.atDebug()
          .addKeyValue("trace", traceId(request))
          .addKeyValue("channel", first.channel().full())
          .addKeyValue("user", Redact.user(identity.tenant(), identity.user()))
          .addKeyValue("type", first.type())
          .addKeyValue("events", unit.rows().size())
          .addKeyValue("replayed", replayed)
          .log("written");
    }
  }
}
