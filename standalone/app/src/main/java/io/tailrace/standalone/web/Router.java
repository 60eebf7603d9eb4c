package io.tailrace.standalone.web;

import io.tailrace.schemas.http.ServiceServer;
import io.tailrace.standalone.console.ConsoleApi;
import io.tailrace.standalone.launch.Installation;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HttpString;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * All paths on one port, as any reverse proxy in front of separate services would route them:
 * sockets to the gateway, writes to write-service, everything read to catchup-service.
 */
public final class Router implements HttpHandler {
  private static final HttpString POST = new HttpString("POST");

  private final HttpHandler pages;
  private final HttpHandler console;
  private final @Nullable HttpHandler demo;
  // Services start after the port is bound, so that a health check can be answered from the first
  // moment.
  private final AtomicReference<@Nullable Targets> targets = new AtomicReference<>();

  /** With the console; with the demo page and its tokens where {@code demo} is true. */
  public Router(Installation installation, boolean demo) {
    HttpHandler notFound = ServiceServer::notFound;
    this.console = new StaticFiles(notFound);
    this.pages = demo ? console : notFound;
    this.demo = demo ? new DemoSession(installation) : null;
  }

  /** The services' handlers. */
  public record Targets(
      HttpHandler write, HttpHandler gateway, HttpHandler catchup, HttpHandler console) {}

  /** From now on requests reach the services. */
  public void route(Targets services) {
    targets.set(services);
  }

  @Override
  public void handleRequest(HttpServerExchange exchange) throws Exception {
    String path = exchange.getRequestPath();
    if (path.startsWith("/v1/")
        || path.startsWith("/internal/")
        || path.startsWith(ConsoleApi.PATH)) {
      toService(exchange, path);
    } else if (path.equals("/console") || path.startsWith("/console/")) {
      console.handleRequest(exchange);
    } else if (path.equals("/demo/session") && demo != null) {
      demo.handleRequest(exchange);
    } else {
      pages.handleRequest(exchange);
    }
  }

  /** Answers what services ask each other, and nothing else. */
  public void handleInternal(HttpServerExchange exchange) throws Exception {
    String path = exchange.getRequestPath();
    if (path.startsWith("/internal/")) {
      toService(exchange, path);
    } else {
      ServiceServer.notFound(exchange);
    }
  }

  private void toService(HttpServerExchange exchange, String path) throws Exception {
    Targets services = targets.get();
    if (services == null) {
      Starting.answer(exchange);
    } else if (path.startsWith(ConsoleApi.PATH)) {
      services.console().handleRequest(exchange);
    } else if (path.equals("/v1/ws") || path.equals("/v1/sse") || path.equals("/v1/session")) {
      services.gateway().handleRequest(exchange);
    } else if (path.equals("/v1/transactions")
        || path.startsWith("/v1/admin/")
        || isMembers(path)
        || (path.endsWith("/events") && !isRead(exchange))) {
      services.write().handleRequest(exchange);
    } else {
      services.catchup().handleRequest(exchange);
    }
  }

  /** Everything about a channel's members, whatever a user is called. */
  private static boolean isMembers(String path) {
    int channel = path.indexOf('/', "/v1/".length()) + 1;
    int after = path.indexOf('/', channel);
    return path.startsWith("/v1/channels/")
        && after > 0
        && (path.startsWith("/members/", after) || path.substring(after).equals("/members"));
  }

  /** Preflights go where the request would: a browser asks before a POST. */
  private static boolean isRead(HttpServerExchange exchange) {
    HttpString method = exchange.getRequestMethod();
    return !method.equals(POST)
        && !"POST".equals(exchange.getRequestHeaders().getFirst("Access-Control-Request-Method"));
  }
}
