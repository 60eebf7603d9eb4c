package io.tailrace.catchup.http;

import io.tailrace.catchup.CatchupMetrics;
import io.tailrace.catchup.read.Answer;
import io.tailrace.catchup.receipt.MyDesk;
import io.tailrace.catchup.send.Sending;
import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.problem.Problem;
import io.tailrace.schemas.problem.ProblemCode;
import io.tailrace.schemas.token.Identity;
import io.undertow.server.HttpServerExchange;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The caller's channels: for clients, and for other processes of the group. */
public final class MyPath {
  /** Where clients ask. */
  static final String PATH = "/v1/me/channels";

  private static final String WHAT = "me_channels";
  private static final int PARTITIONS_MAX = 10_000;

  private final MyDesk desk;
  private final Sending sending;
  private final CatchupMetrics metrics;

  /** Over the desk that gathers them. */
  public MyPath(MyDesk desk, Sending sending, CatchupMetrics metrics) {
    this.desk = desk;
    this.sending = sending;
    this.metrics = metrics;
  }

  /** Answers a client; waits, so on a virtual thread. */
  void answer(HttpServerExchange exchange, Identity identity, String token)
      throws InterruptedException {
    long began = System.nanoTime();
    Query query = new Query(exchange.getQueryParameters(), Set.of("after", "limit"));
    MyDesk.Asked asked = asked(query, identity, token);
    Problem problem = problem(query, asked);
    exchange.addExchangeCompleteListener((done, next) -> {
      metrics.sent(WHAT, done.getResponseBytesSent());
      next.proceed();
    });
    sending.send(exchange, problem != null ? new Answer.Refused(problem) : desk.answer(asked));
    metrics.answered(WHAT, exchange.getStatusCode(), Duration.ofNanos(System.nanoTime() - began));
  }

  /** Answers another process from what is here. */
  void answerHere(HttpServerExchange exchange, Identity identity, String token)
      throws InterruptedException {
    Query query = new Query(exchange.getQueryParameters(), Set.of("after", "limit", "partitions"));
    MyDesk.Asked asked = asked(query, identity, token);
    List<Integer> partitions = partitions(query.text("partitions"));
    Problem problem = problem(query, asked);
    Answer answer;
    if (problem != null) {
      answer = new Answer.Refused(problem);
    } else if (partitions == null) {
      answer =
          new Answer.Refused(
              Problem.of(ProblemCode.BAD_REQUEST, "partitions must be numbers with dots between"));
    } else {
      answer = desk.answerHere(asked, partitions);
    }
    sending.send(exchange, answer);
  }

  private static MyDesk.Asked asked(Query query, Identity identity, String token) {
    String after = query.text("after");
    int limit = (int) query.number("limit", MyDesk.LIMIT_DEFAULT, 1, MyDesk.LIMIT_MAX);
    return new MyDesk.Asked(identity, token, after == null ? "" : after, limit);
  }

  private static @Nullable Problem problem(Query query, MyDesk.Asked asked) {
    boolean isName =
        asked.after().isEmpty() || Channel.parse(asked.identity().tenant(), asked.after()) != null;
    return query.problem() != null || isName
        ? query.problem()
        : Problem.of(
            ProblemCode.BAD_REQUEST, "after must be the next of the page before: a kind:id");
  }

  private static @Nullable List<Integer> partitions(@Nullable String text) {
    List<Integer> partitions = new ArrayList<>();
    try {
      for (String one : (text == null ? "" : text).split("\\.", -1)) {
        int partition = Integer.parseInt(one);
        if (partition < 0 || partitions.size() == PARTITIONS_MAX) {
          return null;
        }
        partitions.add(partition);
      }
      return partitions;
    } catch (NumberFormatException _) {
      return null;
    }
  }
}
