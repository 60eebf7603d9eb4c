package io.tailrace.gateway.socket;

import io.tailrace.gateway.admit.RateGate;
import io.tailrace.gateway.measure.GatewayMetrics;
import io.tailrace.schemas.http.OriginPolicy;
import io.tailrace.schemas.http.Respond;
import io.tailrace.schemas.problem.Problem;
import io.tailrace.schemas.problem.ProblemCode;
import io.undertow.server.HttpServerExchange;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/** Who may open a connection now: decided before anything is spent on it. Any thread. */
public final class Admission {
  private final OriginPolicy origins;
  private final BooleanSupplier ready;
  private final GatewayMetrics metrics;
  private final LongSupplier nanoTime;
  private final int connectionsMax;
  private final RateGate handshakes;

  /**
   * What bounds connections.
   *
   * @param connectionsMax open at once
   * @param handshakes how many may be opened in a time
   */
  public record Rules(int connectionsMax, RateGate handshakes) {}

  /** An admission. */
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
    this.connectionsMax = rules.connectionsMax();
    this.handshakes = rules.handshakes();
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
    long nowNanos = nanoTime.getAsLong();
    if (!ready.getAsBoolean()) {
      refuse(
          exchange,
          Problem.retryAfter(
              ProblemCode.NOT_READY, "the gateway catches up", handshakes.turn(nowNanos)));
      return false;
    }
    if (metrics.openConnections() >= connectionsMax) {
      refuse(
          exchange,
          Problem.retryAfter(
              ProblemCode.OVERLOADED,
              "this gateway holds as many connections as it may: try another or later",
              handshakes.turn(nowNanos)));
      return false;
    }
    long waitMs = handshakes.take(nowNanos, 1);
    if (waitMs > 0) {
      refuse(
          exchange,
          Problem.retryAfter(
              ProblemCode.OVERLOADED,
              "too many connect at once: try again when retryAfterMs has passed",
              waitMs));
      return false;
    }
    return true;
  }

  /** Refuses and ends the exchange. */
  public void refuse(HttpServerExchange exchange, Problem problem) {
    metrics.handshake(problem.code().code());
    Respond.problem(exchange, problem);
  }
}
