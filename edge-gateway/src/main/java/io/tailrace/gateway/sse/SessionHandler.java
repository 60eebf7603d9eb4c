package io.tailrace.gateway.sse;

import io.tailrace.schemas.http.BearerAuth;
import io.tailrace.schemas.http.OriginPolicy;
import io.tailrace.schemas.http.Respond;
import io.tailrace.schemas.problem.ProblemCode;
import io.tailrace.schemas.token.Identity;
import io.tailrace.schemas.token.TokenResult;
import io.tailrace.schemas.token.TokenVerifier;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.handlers.CookieImpl;
import io.undertow.util.Headers;
import java.time.InstantSource;
import java.util.function.Predicate;

/**
 * {@code POST /v1/session}: puts the bearer token into a cookie that scripts cannot read, for
 * EventSource, which cannot send headers; {@code DELETE} removes it.
 */
public final class SessionHandler implements HttpHandler {
  private static final String PATH = "/v1";
  private static final long MS_PER_SECOND = 1000;

  /** Browsers drop a cookie that is longer, without a word (RFC 6265, section 6.1). */
  private static final int COOKIE_BYTES_MAX = 4096;

  /** The name, and the attributes beside the token. */
  private static final int COOKIE_REST_BYTES = 200;

  private final OriginPolicy origins;
  private final TokenVerifier verifier;
  private final InstantSource clock;
  private final Predicate<HttpServerExchange> secure;

  /**
   * A handler.
   *
   * @param secure whether the cookie that answers a request is for HTTPS only
   */
  public SessionHandler(
      OriginPolicy origins,
      TokenVerifier verifier,
      InstantSource clock,
      Predicate<HttpServerExchange> secure) {
    this.origins = origins;
    this.verifier = verifier;
    this.clock = clock;
    this.secure = secure;
  }

  @Override
  public void handleRequest(HttpServerExchange exchange) {
    if (!origins.allows(exchange)) {
      Respond.problem(exchange, ProblemCode.ORIGIN_REFUSED, "this Origin is not on the list");
      return;
    }
    switch (exchange.getRequestMethod().toString()) {
      case "POST" -> {
        switch (BearerAuth.verify(exchange, verifier)) {
          case TokenResult.Refused refused ->
              Respond.problem(exchange, refused.code(), refused.detail());
          case TokenResult.Accepted(Identity identity) -> {
            String header = exchange.getRequestHeaders().getFirst(Headers.AUTHORIZATION);
            if (header.length() > COOKIE_BYTES_MAX - COOKIE_REST_BYTES) {
              Respond.problem(
                  exchange,
                  ProblemCode.TOO_LARGE,
                  "browsers keep no cookie of more than "
                      + COOKIE_BYTES_MAX
                      + " bytes: sign a shorter token");
              return;
            }
            long restMs = identity.exp().toEpochMilli() - clock.millis();
            set(exchange, header.substring("Bearer ".length()).strip(), restMs / MS_PER_SECOND);
          }
        }
      }
      case "DELETE" -> set(exchange, "", 0);
      default ->
          Respond.problem(
              exchange, ProblemCode.METHOD_NOT_ALLOWED, "POST sets the session, DELETE removes it");
    }
  }

  private void set(HttpServerExchange exchange, String token, long seconds) {
    exchange.setResponseCookie(
        new CookieImpl(BearerAuth.COOKIE, token)
            .setHttpOnly(true)
            .setSecure(secure.test(exchange))
            .setSameSiteMode("Strict")
            .setPath(PATH)
            .setMaxAge((int) Math.max(0, seconds)));
    exchange.setStatusCode(204);
    exchange.endExchange();
  }
}
