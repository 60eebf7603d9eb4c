package io.tailrace.schemas.http;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.xnio.IoUtils;
import org.xnio.XnioExecutor;

/**
 * Cuts a request whose body does not come in time, whoever reads it and even if nobody does: over
 * HTTP/1.1 with its connection, over HTTP/2 alone. On I/O threads.
 */
final class BodyDeadline implements HttpHandler {
  private final HttpHandler next;
  private final Duration longest;
  private final PortMetrics metrics;

  BodyDeadline(HttpHandler next, Duration longest, PortMetrics metrics) {
    this.next = next;
    this.longest = longest;
    this.metrics = metrics;
  }

  @Override
  public void handleRequest(HttpServerExchange exchange) throws Exception {
    if (!exchange.isRequestComplete()) {
      XnioExecutor.Key timer =
          exchange
              .getIoThread()
              .executeAfter(() -> look(exchange), longest.toMillis(), TimeUnit.MILLISECONDS);
      exchange.addExchangeCompleteListener((_, then) -> {
        var _ = timer.remove();
        then.proceed();
      });
    }
    next.handleRequest(exchange);
  }

  private void look(HttpServerExchange exchange) {
    if (!exchange.isRequestComplete()) {
      metrics.cut("slow_body");
      IoUtils.safeClose(exchange.getConnection());
    }
  }
}
