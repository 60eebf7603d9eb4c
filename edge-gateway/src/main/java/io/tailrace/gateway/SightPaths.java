package io.tailrace.gateway;

import io.tailrace.gateway.shard.Sight;
import io.tailrace.gateway.shard.SightWire;
import io.tailrace.schemas.http.Respond;
import io.tailrace.schemas.problem.ProblemCode;
import io.tailrace.schemas.token.ServiceKey;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Answers a console that runs as a process of its own, where it shows the service key. */
final class SightPaths implements HttpHandler {
  private static final long WAIT_MS = 2_000;
  private static final Pattern SEQ = Pattern.compile("[0-9]{1,18}");

  private final ServiceKey key;
  private final Executor threads;
  private final Look look;
  private final Arrivals arrivals;

  /** What all shards show of a tenant. */
  interface Look {
    CompletableFuture<List<Sight>> of(String tenant, int most);
  }

  /** When an event came to each shard. */
  interface Arrivals {
    CompletableFuture<List<Long>> of(String channel, long seq);
  }

  SightPaths(ServiceKey key, Executor threads, Look look, Arrivals arrivals) {
    this.key = key;
    this.threads = threads;
    this.look = look;
    this.arrivals = arrivals;
  }

  @Override
  public void handleRequest(HttpServerExchange exchange) {
    if (!key.isShownBy(exchange)) {
      Respond.problem(
          exchange, ProblemCode.TOKEN_INVALID, "this needs the service key: set service.key alike");
      return;
    }
    CompletableFuture<? extends List<?>> told = asked(exchange);
    if (told == null) {
      Respond.problem(exchange, ProblemCode.BAD_REQUEST, "tenant, or channel and seq, are needed");
      return;
    }
    exchange.dispatch(threads, () -> answer(exchange, told));
  }

  private @Nullable CompletableFuture<? extends List<?>> asked(HttpServerExchange exchange) {
    if (exchange.getRequestPath().equals(SightWire.LOOK)) {
      String tenant = parameter(exchange, "tenant");
      return tenant == null ? null : look.of(tenant, SightWire.SHOWN_MAX);
    }
    String channel = parameter(exchange, "channel");
    String seq = parameter(exchange, "seq");
    return channel == null || seq == null || !SEQ.matcher(seq).matches()
        ? null
        : arrivals.of(channel, Long.parseLong(seq));
  }

  private static @Nullable String parameter(HttpServerExchange exchange, String name) {
    Deque<String> given = exchange.getQueryParameters().get(name);
    return given == null ? null : given.getFirst();
  }

  private static void answer(
      HttpServerExchange exchange, CompletableFuture<? extends List<?>> told) {
    try {
      Respond.json(exchange, 200, SightWire.encode(told.get(WAIT_MS, TimeUnit.MILLISECONDS)));
    } catch (ExecutionException | TimeoutException _) {
      Respond.problem(exchange, ProblemCode.OVERLOADED, "the gateway is busy: ask again");
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      Respond.problem(exchange, ProblemCode.NOT_READY, "the gateway stops");
    }
  }
}
