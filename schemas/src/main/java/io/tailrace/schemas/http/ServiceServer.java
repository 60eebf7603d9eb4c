package io.tailrace.schemas.http;

import io.tailrace.schemas.problem.ProblemCode;
import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.xnio.Options;

/**
 * One HTTP port that serves one or several services, with health and metrics beside them. Threads
 * are Undertow's: handlers run on I/O threads and must not block there.
 */
public final class ServiceServer implements AutoCloseable {
  private static final int HEADER_BYTES_MAX = 16 * 1024;
  private static final int BACKLOG = 4096;
  private static final int REQUEST_PARSE_TIMEOUT_MS = 10_000;

  private final Undertow undertow;

  private ServiceServer(Undertow undertow) {
    this.undertow = undertow;
  }

  /**
   * Binds and starts.
   *
   * @param port 0 for any free one
   * @param services asked for {@code /health/ready} and {@code /metrics}
   * @param rest answers all other paths
   * @throws IllegalStateException where the port cannot be bound; names it
   */
  public static ServiceServer start(
      String host, int port, List<? extends RunningService> services, HttpHandler rest) {
    HttpHandler root = root(services, rest);
    Undertow undertow =
        Undertow.builder()
            .addHttpListener(port, host)
            .setSocketOption(Options.BACKLOG, BACKLOG)
            .setSocketOption(Options.TCP_NODELAY, true)
            .setServerOption(UndertowOptions.MAX_HEADER_SIZE, HEADER_BYTES_MAX)
            .setServerOption(UndertowOptions.REQUEST_PARSE_TIMEOUT, REQUEST_PARSE_TIMEOUT_MS)
            .setServerOption(UndertowOptions.ALWAYS_SET_KEEP_ALIVE, false)
            .setHandler(root)
            .build();
    try {
      undertow.start();
    } catch (RuntimeException e) {
      throw new IllegalStateException(
          "port " + port + " on " + host + " cannot be bound: is another process on it?", e);
    }
    return new ServiceServer(undertow);
  }

  private static HttpHandler root(List<? extends RunningService> services, HttpHandler rest) {
    return exchange -> {
      switch (exchange.getRequestPath()) {
        case "/health/live" -> Respond.json(exchange, 200, Map.of("live", true));
        case "/health/ready" -> ready(exchange, services);
        case "/metrics" -> metrics(exchange, services);
        default -> rest.handleRequest(exchange);
      }
    };
  }

  private static void ready(HttpServerExchange exchange, List<? extends RunningService> services) {
    // A list that is still empty is one that is still being filled.
    boolean all = !services.isEmpty();
    Map<String, Boolean> each = new LinkedHashMap<>();
    for (RunningService service : services) {
      boolean ready = service.ready();
      each.put(service.name(), ready);
      all &= ready;
    }
    Respond.json(exchange, all ? 200 : 503, Map.of("ready", all, "services", each));
  }

  private static void metrics(
      HttpServerExchange exchange, List<? extends RunningService> services) {
    StringBuilder text = new StringBuilder();
    services.stream()
        .map(RunningService::metrics)
        .distinct()
        .forEach(registry -> text.append(registry.scrape()));
    exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, "text/plain; version=0.0.4");
    exchange.getResponseSender().send(text.toString(), StandardCharsets.UTF_8);
  }

  /** Answers 404 with a hint. */
  public static void notFound(HttpServerExchange exchange) {
    Respond.problem(
        exchange,
        ProblemCode.NOT_FOUND,
        "nothing is at this path; the interface begins at /v1 and is described in schemas");
  }

  /** The port that is bound. */
  public int port() {
    return ((InetSocketAddress) undertow.getListenerInfo().getFirst().getAddress()).getPort();
  }

  /** Closes the port and all connections. */
  @Override
  public void close() {
    undertow.stop();
  }
}
