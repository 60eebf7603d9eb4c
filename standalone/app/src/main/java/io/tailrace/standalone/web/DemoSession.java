package io.tailrace.standalone.web;

import io.tailrace.schemas.http.Respond;
import io.tailrace.schemas.problem.ProblemCode;
import io.tailrace.standalone.launch.Installation;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * {@code GET /demo/session}: tokens of two users for the demo page. Only where the demo is on, only
 * for connections from this machine, and only for this machine's own names: a page of another site
 * that lets its name point here gets nothing.
 */
final class DemoSession implements HttpHandler {
  private static final List<String> USERS = List.of("ann", "bob");
  private static final String CHANNEL = "chat:lobby";
  private static final Duration VALID_FOR = Duration.ofHours(12);

  private final Installation installation;

  DemoSession(Installation installation) {
    this.installation = installation;
  }

  @Override
  public void handleRequest(HttpServerExchange exchange) {
    String host = exchange.getHostName();
    boolean ownName = host.equals("localhost") || host.equals("127.0.0.1") || host.equals("[::1]");
    if (!exchange.getSourceAddress().getAddress().isLoopbackAddress() || !ownName) {
      Respond.problem(
          exchange,
          ProblemCode.FORBIDDEN,
          "demo tokens are given on this machine only: open http://localhost");
      return;
    }
    List<Map<String, String>> users = USERS.stream().map(this::user).toList();
    exchange.getResponseHeaders().put(Headers.CACHE_CONTROL, "no-store");
    Respond.json(exchange, 200, Map.of("channel", CHANNEL, "users", users));
  }

  private Map<String, String> user(String user) {
    return Map.of(
        "user", user, "token", installation.token("demo", user, Set.of(), null, VALID_FOR));
  }
}
