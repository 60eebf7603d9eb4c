package io.tailrace.standalone.web;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.tailrace.schemas.contract.Contracts;
import io.tailrace.schemas.http.RunningService;
import io.tailrace.schemas.http.ServiceProcess;
import io.tailrace.schemas.http.ServiceServer;
import io.tailrace.schemas.token.ServiceKey;
import io.tailrace.standalone.console.ConsoleApi;
import io.tailrace.standalone.console.RemoteParts;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import java.util.List;

/** The console as a process of its own, beside services that have theirs. */
public final class ConsoleService implements RunningService {
  private static final String NAME = "console";

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final HttpHandler pages = new StaticFiles(ServiceServer::notFound);
  private final RemoteParts parts;
  private final ConsoleApi api;

  private ConsoleService(ConsoleConfig config) {
    parts =
        new RemoteParts(
            config.gateways(),
            config.services(),
            new ServiceKey(config.serviceKey()),
            config.authorities());
    api =
        new ConsoleApi(
            config.keysFile(),
            parts,
            config.kafkaBootstrap(),
            Contracts.shippedOr(config.contractsFolder()));
  }

  /** Runs until stopped; {@code --help} prints the settings. */
  public static void main(String[] arguments) {
    ServiceProcess.run(
        NAME,
        ConsoleConfig.keys(),
        List.of(arguments),
        settings -> start(ConsoleConfig.from(settings)));
  }

  /** Starts; nobody that it asks need be there. */
  public static ConsoleService start(ConsoleConfig config) {
    return new ConsoleService(config);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public HttpHandler handler() {
    return this::handle;
  }

  private void handle(HttpServerExchange exchange) throws Exception {
    String path = exchange.getRequestPath();
    if (path.startsWith(ConsoleApi.PATH)) {
      api.handleRequest(exchange);
    } else if (path.equals("/console") || path.startsWith("/console/")) {
      pages.handleRequest(exchange);
    } else {
      ServiceServer.notFound(exchange);
    }
  }

  @Override
  public boolean ready() {
    return true;
  }

  @Override
  public PrometheusMeterRegistry metrics() {
    return registry;
  }

  @Override
  public void close() {
    api.close();
    parts.close();
    registry.close();
  }
}
