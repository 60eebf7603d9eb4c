package io.tailrace.catchup.join;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tailrace.catchup.CatchupMetrics;
import io.tailrace.schemas.http.Respond;
import io.tailrace.schemas.join.JoinWire;
import io.tailrace.schemas.problem.ProblemCode;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import java.io.IOException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.List;

/** {@code POST /internal/v1/join}: for gateways only, proven by the service key. */
public final class JoinPath {
  private static final int BODY_BYTES_MAX = 4 * 1024 * 1024;

  private final JoinDesk desk;
  private final byte[] expected;
  private final CatchupMetrics metrics;

  /** With the key that gateways must send. */
  public JoinPath(JoinDesk desk, String serviceKey, CatchupMetrics metrics) {
    this.desk = desk;
    this.expected = ("Bearer " + serviceKey).getBytes(UTF_8);
    this.metrics = metrics;
  }

  /** Reads, answers and ends the exchange; blocks, so on a virtual thread. */
  public void answer(HttpServerExchange exchange) throws IOException, InterruptedException {
    String given = exchange.getRequestHeaders().getFirst(Headers.AUTHORIZATION);
    if (given == null || !MessageDigest.isEqual(expected, given.getBytes(UTF_8))) {
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
    byte[] answer = JoinWire.encodeAnswers(desk.answer(asks));
    Respond.json(exchange, 200, answer);
    metrics.answered("join", 200, Duration.ofNanos(System.nanoTime() - began), answer.length);
  }
}
