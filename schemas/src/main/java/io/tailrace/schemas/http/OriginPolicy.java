package io.tailrace.schemas.http;

import io.tailrace.schemas.problem.ProblemCode;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which web pages may call: the Origin allow-list, for CORS and for sockets alike. A request
 * without Origin comes from no web page, or from the server's own, and passes, unless the browser
 * says that another site's page has asked. The page that the same host and port serves passes
 * always.
 */
public final class OriginPolicy {
  private static final HttpString ALLOW_ORIGIN = new HttpString("Access-Control-Allow-Origin");
  private static final HttpString ALLOW_METHODS = new HttpString("Access-Control-Allow-Methods");
  private static final HttpString ALLOW_HEADERS = new HttpString("Access-Control-Allow-Headers");
  private static final HttpString ALLOW_CREDENTIALS =
      new HttpString("Access-Control-Allow-Credentials");
  private static final HttpString EXPOSE_HEADERS = new HttpString("Access-Control-Expose-Headers");
  private static final HttpString MAX_AGE = new HttpString("Access-Control-Max-Age");
  private static final HttpString FETCH_SITE = new HttpString("Sec-Fetch-Site");
  private static final HttpString OPTIONS = new HttpString("OPTIONS");

  private final Set<String> allowed;

  /** With origins such as {@code https://app.example.com}, exactly as browsers send them. */
  public OriginPolicy(List<String> allowed) {
    this.allowed = Set.copyOf(allowed);
  }

  /** Whether the request may go on. */
  public boolean allows(HttpServerExchange exchange) {
    HeaderMap headers = exchange.getRequestHeaders();
    return headers.count(Headers.ORIGIN) < 2
        && allows(
            headers.getFirst(Headers.ORIGIN),
            headers.getFirst(FETCH_SITE),
            exchange.getRequestScheme(),
            headers.getFirst(Headers.HOST));
  }

  /**
   * Whether a request may go on.
   *
   * @param site what a browser says of the page that asks ({@code Sec-Fetch-Site}); it says so even
   *     where it names no origin, as for an image
   */
  boolean allows(
      @Nullable String origin, @Nullable String site, String scheme, @Nullable String host) {
    if (origin == null) {
      return site == null || site.equals("same-origin") || site.equals("none");
    }
    return allowed.contains(origin) || host != null && origin.equals(scheme + "://" + host);
  }

  /** Adds CORS headers, answers preflights, and refuses other origins with 403. */
  public HttpHandler guard(HttpHandler next) {
    return exchange -> {
      if (!allows(exchange)) {
        Respond.problem(
            exchange,
            ProblemCode.ORIGIN_REFUSED,
            "this Origin is not on the list: add it to the setting origins");
        return;
      }
      String origin = exchange.getRequestHeaders().getFirst(Headers.ORIGIN);
      if (origin == null) {
        next.handleRequest(exchange);
        return;
      }
      HeaderMap headers = exchange.getResponseHeaders();
      headers.put(ALLOW_ORIGIN, origin);
      headers.put(ALLOW_CREDENTIALS, "true");
      headers.add(Headers.VARY, "Origin");
      headers.put(
          EXPOSE_HEADERS,
          "ETag, Retry-After, RateLimit, RateLimit-Policy, Idempotency-Replayed, Location");
      if (exchange.getRequestMethod().equals(OPTIONS)) {
        headers.put(ALLOW_METHODS, "GET, HEAD, POST, PUT, DELETE");
        headers.put(
            ALLOW_HEADERS,
            "Authorization, Content-Type, Idempotency-Key, Audit-Reason, If-None-Match, Last-Event-ID, traceparent");
        headers.put(MAX_AGE, "600");
        exchange.setStatusCode(204);
        exchange.endExchange();
        return;
      }
      next.handleRequest(exchange);
    };
  }
}
