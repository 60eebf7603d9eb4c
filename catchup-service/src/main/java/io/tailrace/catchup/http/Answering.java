package io.tailrace.catchup.http;

import io.tailrace.catchup.CatchupMetrics;
import io.tailrace.catchup.await.Moments;
import io.tailrace.catchup.read.Answer;
import io.tailrace.catchup.read.PageRules;
import io.tailrace.catchup.route.Peers;
import io.tailrace.catchup.route.Routes;
import io.tailrace.catchup.send.Sending;
import io.tailrace.schemas.http.Respond;
import io.tailrace.schemas.http.ServiceServer;
import io.tailrace.schemas.problem.Problem;
import io.tailrace.schemas.problem.ProblemCode;
import io.tailrace.sequencer.store.HistoryReader;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HttpString;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Answers a request of a caller who is known, here or by the process that holds the channel's
 * partition. While the partition is with nobody the request waits, bounded; it is never answered
 * with less than was told before.
 */
public final class Answering {
  private static final long LOOK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  /** Whose page it is: a cache that asks for every request keeps tenants apart by it. */
  private static final HttpString TENANT = new HttpString("Tailrace-Tenant");

  private static final Problem MANY =
      Problem.retryAfter(ProblemCode.OVERLOADED, "too many requests are asked on: ask again", 1000);

  private final HistoryReader history;
  private final HistoryPaths paths;
  private final Way way;
  private final LongSupplier nanoTime;

  /** How answers get to the client. */
  public record Way(Routes routes, Peers peers, Sending sending, CatchupMetrics metrics) {}

  /** With a clock that only goes forward. */
  public Answering(HistoryReader history, HistoryPaths paths, Way way, LongSupplier nanoTime) {
    this.history = history;
    this.paths = paths;
    this.way = way;
    this.nanoTime = nanoTime;
  }

  /** Answers a client, from wherever the partition is. */
  void answer(HttpServerExchange exchange, Request request) throws InterruptedException {
    long began = nanoTime.getAsLong();
    long deadline = began + Moments.FOR_STORE.toNanos();
    if (request.isOfPage()) {
      exchange.getResponseHeaders().put(TENANT, request.reader().channel().tenant());
    }
    int partition = history.partitionOf(request.reader().channel());
    while (true) {
      switch (way.routes().of(partition)) {
        case Routes.Place.Here _ -> {
          here(exchange, request, began);
          return;
        }
        case Routes.Place.At(var process) -> {
          if (isAnswered(exchange, request, way.peers(), process)) {
            return;
          }
        }
        case Routes.Place.Nowhere _ -> {
          // Looked up again below.
        }
      }
      if (nanoTime.getAsLong() - deadline >= 0) {
        Respond.problem(exchange, Moments.notReady());
        return;
      }
      LockSupport.parkNanos(LOOK_AGAIN_NANOS);
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
    }
  }

  /** Answers another process of the group: from here, or not at all. */
  void answerHere(HttpServerExchange exchange, Request request) throws InterruptedException {
    int partition = history.partitionOf(request.reader().channel());
    if (way.routes().of(partition) instanceof Routes.Place.Here) {
      here(exchange, request, nanoTime.getAsLong());
    } else {
      exchange.getResponseHeaders().put(Peers.MOVED, "true");
      Respond.problem(exchange, Moments.notReady());
    }
  }

  private boolean isAnswered(
      HttpServerExchange exchange, Request request, Peers peers, java.net.URI process)
      throws InterruptedException {
    if (!request.isPlain()) {
      ServiceServer.notFound(exchange);
      return true;
    }
    try {
      Peers.Question question =
          new Peers.Question(
              request.below(exchange.getQueryString()), request.token(), request.longest());
      return switch (peers.answer(exchange, process, question)) {
        case ANSWERED -> true;
        case MOVED -> false;
        case FULL -> {
          Respond.problem(exchange, MANY);
          yield true;
        }
      };
    } catch (IllegalArgumentException e) {
      Respond.problem(exchange, ProblemCode.BAD_REQUEST, "the query is not well-formed");
      return true;
    }
  }

  private void here(HttpServerExchange exchange, Request request, long began)
      throws InterruptedException {
    Answer answer = find(request);
    if (answer == null) {
      ServiceServer.notFound(exchange);
      return;
    }
    String what = request.what();
    exchange.addExchangeCompleteListener((done, next) -> {
      way.metrics().sent(what, done.getResponseBytesSent());
      next.proceed();
    });
    way.sending().send(exchange, answer);
    way.metrics()
        .answered(what, exchange.getStatusCode(), Duration.ofNanos(nanoTime.getAsLong() - began));
  }

  private @Nullable Answer find(Request request) throws InterruptedException {
    List<String> path = request.path();
    if (path.isEmpty()) {
      return paths.channel(request.reader(), request.parameters());
    }
    return switch (path.getFirst() + path.size()) {
      case "events1" -> events(request);
      case "snapshot1" -> paths.snapshot(request.reader(), request.parameters());
      case "presence1" -> paths.presence(request.reader(), request.parameters());
      case "receipts1" -> paths.receipts(request.reader(), request.parameters());
      case "pages3" -> page(request, path.get(1), path.get(2));
      default -> null;
    };
  }

  private Answer events(Request request) throws InterruptedException {
    return request.format() == null
        ? paths.events(request.reader(), request.parameters())
        : paths.stream(
            request.reader(), request.format(), request.who().exp(), request.parameters());
  }

  private Answer page(Request request, String epochText, String numberText)
      throws InterruptedException {
    try {
      int epoch = Integer.parseInt(epochText);
      long number = Long.parseLong(numberText);
      if (epoch >= 1 && number >= 0 && number <= PageRules.NUMBER_MAX) {
        return paths.page(request.reader(), epoch, number, request.parameters());
      }
    } catch (NumberFormatException _) {
      // Told below.
    }
    return new Answer.Refused(
        Problem.of(ProblemCode.BAD_REQUEST, "a page is pages/{epoch from 1}/{number from 0}"));
  }
}
