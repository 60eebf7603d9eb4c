package io.tailrace.catchup.join;

import io.tailrace.catchup.CatchupMetrics;
import io.tailrace.schemas.http.Respond;
import io.tailrace.schemas.join.JoinWire;
import io.tailrace.schemas.problem.ProblemCode;
import io.tailrace.schemas.token.ServiceKey;
import io.undertow.server.HttpServerExchange;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** The paths of joins: for gateways and other catch-up processes, proven by the service key. */
public final class JoinPath {
  /** Where one catch-up process asks another for the partitions that the other holds. */
  public static final String HERE = JoinWire.PATH + "/here";

  private static final int BODY_BYTES_MAX = 4 * 1024 * 1024;

  private final JoinDesk desk;
  private final ServiceKey key;
  private final CatchupMetrics metrics;

  /** With the key that callers must show. */
  public JoinPath(JoinDesk desk, ServiceKey key, CatchupMetrics metrics) {
    this.desk = desk;
    this.key = key;
    this.metrics = metrics;
  }

  @FunctionalInterface
  private interface Answers {
    List<JoinWire.Answer> of(List<JoinWire.Ask> asks) throws InterruptedException;
  }

  /** Answers from wherever the partitions are; blocks, so on a virtual thread. */
  public void answer(HttpServerExchange exchange) throws IOException, InterruptedException {
    answer(exchange, desk::answer);
  }

  /** Answers from the partitions that are here; blocks, so on a virtual thread. */
  public void answerHere(HttpServerExchange exchange) throws IOException, InterruptedException {
    answer(exchange, desk::answerHere);
  }

  private void answer(HttpServerExchange exchange, Answers answers)
      throws IOException, InterruptedException {
    if (!key.isShownBy(exchange)) {
      Respond.problem(
          exchange, ProblemCode.TOKEN_INVALID, "joins need the service key: set service.key alike");
      return;
    }
    long began = System.nanoTime();
    exchange.startBlocking();
    byte[] body = exchange.getInputStream().readNBytes(BODY_BYTES_MAX + 1);
    if (body.length > BODY_BYTES_MAX) {
      Respond.problem(exchange, ProblemCode.TOO_LARGE, "ask in smaller batches");
      return;
    }
    List<JoinWire.Ask> asks;
    try {
      asks = JoinWire.decodeAsks(body);
    } catch (IOException e) {
      Respond.problem(exchange, ProblemCode.BAD_REQUEST, "not a list of joins");
      return;
    }
    byte[] answer = JoinWire.encodeAnswers(answers.of(asks));
    Respond.json(exchange, 200, answer);
    metrics.answered("join", 200, Duration.ofNanos(System.nanoTime() - began));
    metrics.sent("join", answer.length);
  }
}
