package io.tailrace.gateway.socket;

import io.tailrace.gateway.measure.GatewayMetrics;
import io.tailrace.schemas.http.OriginPolicy;
import io.tailrace.schemas.http.Respond;
import io.tailrace.schemas.problem.Problem;
import io.tailrace.schemas.problem.ProblemCode;
import io.undertow.server.HttpServerExchange;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/** Who may open a connection now: decided before anything is spent on it. Any thread. */
public final class Admission {
  private static final long RETRY_MS_MIN = 1000;
  private static final long RETRY_MS_MAX = 5000;
  private static final double NANOS_PER_SECOND = 1e9;

  private final OriginPolicy origins;
  private final BooleanSupplier ready;
  private final GatewayMetrics metrics;
  private final LongSupplier nanoTime;
  private final Rules rules;
  private double tokens;
  private long refilledNanos;

  /**
   * What bounds connections.
   *
   * @param connectionsMax open at once
   * @param handshakesPerSecond new ones, as many of which may come at once
   */
  public record Rules(int connectionsMax, int handshakesPerSecond) {}

  /** An admission with room for a second's handshakes. */
  public Admission(
      OriginPolicy origins,
      BooleanSupplier ready,
      GatewayMetrics metrics,
      LongSupplier nanoTime,
      Rules rules) {
    this.origins = origins;
    this.ready = ready;
    this.metrics = metrics;
    this.nanoTime = nanoTime;
    this.rules = rules;
    this.tokens = rules.handshakesPerSecond();
    this.refilledNanos = nanoTime.getAsLong();
  }

  /** Refuses and ends the exchange, or lets it go on. */
  public boolean admits(HttpServerExchange exchange) {
    if (!origins.allows(exchange)) {
      refuse(
          exchange,
          Problem.of(
              ProblemCode.ORIGIN_REFUSED,
              "this Origin is not on the list: add it to the setting origins"));
      return false;
    }
    if (!ready.getAsBoolean()) {
      refuse(
          exchange, Problem.retryAfter(ProblemCode.NOT_READY, "the gateway catches up", retryMs()));
      return false;
    }
    if (metrics.openConnections() >= rules.connectionsMax() || !takeToken()) {
      refuse(
          exchange,
          Problem.retryAfter(
              ProblemCode.OVERLOADED, "too many connections: try again later", retryMs()));
      return false;
    }
    return true;
  }

  /** Refuses and ends the exchange. */
  public void refuse(HttpServerExchange exchange, Problem problem) {
    metrics.handshake(problem.code().code());
    Respond.problem(exchange, problem);
  }

  /** Spread, so that those who are refused together do not come back together. */
  private static long retryMs() {
    return ThreadLocalRandom.current().nextLong(RETRY_MS_MIN, RETRY_MS_MAX);
  }

  private synchronized boolean takeToken() {
    long now = nanoTime.getAsLong();
    double refill = (now - refilledNanos) / NANOS_PER_SECOND * rules.handshakesPerSecond();
    tokens = Math.min(rules.handshakesPerSecond(), tokens + refill);
    refilledNanos = now;
    if (tokens < 1) {
      return false;
    }
    tokens--;
    return true;
  }
}
