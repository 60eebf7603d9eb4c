package io.tailrace.schemas.http;

import io.tailrace.schemas.token.TokenResult;
import io.tailrace.schemas.token.TokenVerifier;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.handlers.Cookie;
import io.undertow.util.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Takes the token from a request: the Authorization header, or the session cookie where allowed.
 */
public final class BearerAuth {
  /** Name of the cookie that {@code POST /v1/session} sets. */
  public static final String COOKIE = "tailrace_session";

  private static final String SCHEME = "Bearer ";

  private BearerAuth() {}

  /** Verifies the Authorization header. */
  public static TokenResult verify(HttpServerExchange exchange, TokenVerifier verifier) {
    return verifier.verify(token(exchange));
  }

  /** Verifies the Authorization header, or the session cookie where there is no such header. */
  public static TokenResult verifyWithCookie(HttpServerExchange exchange, TokenVerifier verifier) {
    String token = token(exchange);
    Cookie cookie = token == null ? cookie(exchange) : null;
    return verifier.verify(cookie == null ? token : cookie.getValue());
  }

  private static @Nullable Cookie cookie(HttpServerExchange exchange) {
    try {
      return exchange.getRequestCookie(COOKIE);
    } catch (IllegalStateException _) {
      return null; // more cookies than anybody may send
    }
  }

  /** The token of the Authorization header, not looked at; null where there is none. */
  public static @Nullable String token(HttpServerExchange exchange) {
    String value = exchange.getRequestHeaders().getFirst(Headers.AUTHORIZATION);
    if (value == null || !value.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      return null;
    }
    return value.substring(SCHEME.length()).strip();
  }
}
