package io.tailrace.schemas.http;

import io.tailrace.schemas.problem.ProblemCode;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One HTTP port that serves one or several services, with health and metrics beside them. Threads
 * are Undertow's: handlers run on I/O threads and must not block there.
 */
public final class ServiceServer implements AutoCloseable {
  private final HttpPort port;

  private ServiceServer(HttpPort port) {
    this.port = port;
  }

  /**
   * Binds a plain port and starts, with the default bounds.
   *
   * @param port 0 for any free one
   * @param services asked for {@code /health/ready} and {@code /metrics}
   * @param rest answers all other paths
   * @throws IllegalStateException where the port cannot be bound; names it
   */
  public static ServiceServer start(
      String host, int port, List<? extends RunningService> services, HttpHandler rest) {
    return start(PortConfig.plain(host, port), services, rest);
  }

  /**
   * Binds and starts.
   *
   * @param services asked for {@code /health/ready} and {@code /metrics}
   * @param rest answers all other paths
   * @throws IllegalStateException where the port cannot be bound; names it
   * @throws io.tailrace.schemas.config.SettingsException where its certificate cannot be used
   */
  public static ServiceServer start(
      PortConfig config, List<? extends RunningService> services, HttpHandler rest) {
    PortMetrics metrics = new PortMetrics();
    HttpHandler root =
        new BodyDeadline(root(services, rest, metrics), config.bounds().body(), metrics);
    try {
      return new ServiceServer(HttpPort.open(config, root, metrics));
    } catch (IOException | IllegalArgumentException e) {
      throw new IllegalStateException(
          "port "
              + config.port()
              + " on "
              + config.host()
              + " cannot be bound: is another process on it?",
          e);
    }
  }

  private static HttpHandler root(
      List<? extends RunningService> services, HttpHandler rest, PortMetrics metrics) {
    return exchange -> {
      switch (exchange.getRequestPath()) {
        case "/health/live" -> Respond.json(exchange, 200, Map.of("live", true));
        case "/health/ready" -> ready(exchange, services);
        case "/metrics" -> metrics(exchange, services, metrics);
        default -> rest.handleRequest(exchange);
      }
    };
  }

  private static void ready(HttpServerExchange exchange, List<? extends RunningService> services) {
    Map<String, Boolean> each = each(services);
    // A list that is still empty is one that is still being filled.
    boolean all = !each.isEmpty() && !each.containsValue(false);
    Respond.json(exchange, all ? 200 : 503, Map.of("ready", all, "services", each));
  }

  private static Map<String, Boolean> each(List<? extends RunningService> services) {
    Map<String, Boolean> each = new LinkedHashMap<>();
    for (RunningService service : services) {
      each.put(service.name(), service.ready());
    }
    return each;
  }

  private static void metrics(
      HttpServerExchange exchange, List<? extends RunningService> services, PortMetrics own) {
    own.ready(each(services));
    StringBuilder text = new StringBuilder(own.scrape());
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
    return port.port();
  }

  /** Closes the port and all connections. */
  @Override
  public void close() {
    port.close();
  }
}
