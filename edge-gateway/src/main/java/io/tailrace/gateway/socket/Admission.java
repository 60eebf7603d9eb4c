package io.tailrace.gateway.socket;

import io.tailrace.gateway.admit.Guests;
import io.tailrace.gateway.admit.RateGate;
import io.tailrace.gateway.measure.GatewayMetrics;
import io.tailrace.schemas.http.OriginPolicy;
import io.tailrace.schemas.http.Proxies;
import io.tailrace.schemas.http.Respond;
import io.tailrace.schemas.problem.Problem;
import io.tailrace.schemas.problem.ProblemCode;
import io.tailrace.schemas.token.Identity;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.StatusCodes;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Who may open a connection now: decided before anything is spent on it, and once more when it is
 * known who it is. A place that was given is left by itself where no connection comes of it. Any
 * thread.
 */
public final class Admission {
  private final OriginPolicy origins;
  private final Supplier<@Nullable String> notOpen;
  private final GatewayMetrics metrics;
  private final LongSupplier nanoTime;
  private final int connectionsMax;
  private final RateGate handshakes;
  private final Guests guests;
  private final Proxies proxies;

  /**
   * What bounds connections.
   *
   * @param connectionsMax open at once
   * @param handshakes how many may be opened in a time
   * @param guests what one address, tenant, user or device may have
   * @param proxies whose word on a client's address is taken
   */
  public record Rules(
      int connectionsMax, RateGate handshakes, Guests.Limits guests, Proxies proxies) {}

  /**
   * An admission.
   *
   * @param notOpen why nobody may come now, null where the gateway is open
   */
  public Admission(
      OriginPolicy origins,
      Supplier<@Nullable String> notOpen,
      GatewayMetrics metrics,
      LongSupplier nanoTime,
      Rules rules) {
    this.origins = origins;
    this.notOpen = notOpen;
    this.metrics = metrics;
    this.nanoTime = nanoTime;
    this.connectionsMax = rules.connectionsMax();
    this.handshakes = rules.handshakes();
    this.guests = new Guests(rules.guests());
    this.proxies = rules.proxies();
  }

  /**
   * Refuses and ends the exchange, or lets it go on: null where it was refused. The place is left
   * when the exchange ends without an upgrade.
   */
  public Guests.@Nullable Place admit(HttpServerExchange exchange) {
    if (!origins.allows(exchange)) {
      refuse(
          exchange,
          Problem.of(
              ProblemCode.ORIGIN_REFUSED,
              "this Origin is not on the list: add it to the setting origins"));
      return null;
    }
    long nowNanos = nanoTime.getAsLong();
    String why = notOpen.get();
    if (why != null) {
      refuse(exchange, Problem.retryAfter(ProblemCode.NOT_READY, why, handshakes.turn(nowNanos)));
      return null;
    }
    if (metrics.openConnections() >= connectionsMax) {
      refuse(
          exchange,
          Problem.retryAfter(
              ProblemCode.OVERLOADED,
              "this gateway holds as many connections as it may: try another or later",
              handshakes.turn(nowNanos)));
      metrics.turnedAway("gateway_full");
      return null;
    }
    // A client that comes too often takes nothing from the others.
    Guests.Place place = guests.place();
    Guests.Refusal refusal = guests.enter(proxies.client(exchange), place, nowNanos);
    if (refusal != null) {
      refuse(exchange, problem(refusal));
      return null;
    }
    exchange.addExchangeCompleteListener((done, next) -> {
      if (done.getStatusCode() != StatusCodes.SWITCHING_PROTOCOLS) {
        place.leave();
      }
      next.proceed();
    });
    long waitMs = handshakes.take(nowNanos, 1);
    if (waitMs > 0) {
      refuse(
          exchange,
          Problem.retryAfter(
              ProblemCode.OVERLOADED,
              "too many connect at once: try again when retryAfterMs has passed",
              waitMs));
      metrics.turnedAway("gateway_rate");
      return null;
    }
    return place;
  }

  /** Why somebody who is known now may have no connection; null where he may. */
  public @Nullable Problem identify(Identity who, @Nullable String device, Guests.Place place) {
    Guests.Refusal refusal = guests.identify(who, device, place, nanoTime.getAsLong());
    return refusal == null ? null : problem(refusal);
  }

  private Problem problem(Guests.Refusal refusal) {
    metrics.turnedAway(refusal.reason());
    long waitMs = refusal.waitMs() > 0 ? refusal.waitMs() : handshakes.turn(nanoTime.getAsLong());
    return Problem.retryAfter(ProblemCode.RATE_LIMITED, refusal.text(), waitMs);
  }

  /** Refuses and ends the exchange. */
  public void refuse(HttpServerExchange exchange, Problem problem) {
    metrics.handshake(problem.code().code());
    Respond.problem(exchange, problem);
  }
}
