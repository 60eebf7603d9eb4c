package io.tailrace.catchup.http;

import io.tailrace.catchup.auth.ReadRight;
import io.tailrace.catchup.join.JoinPath;
import io.tailrace.catchup.page.PageRules;
import io.tailrace.catchup.read.Answer;
import io.tailrace.schemas.http.BearerAuth;
import io.tailrace.schemas.http.Respond;
import io.tailrace.schemas.http.ServiceServer;
import io.tailrace.schemas.join.JoinWire;
import io.tailrace.schemas.problem.Problem;
import io.tailrace.schemas.problem.ProblemCode;
import io.tailrace.schemas.token.Identity;
import io.tailrace.schemas.token.TokenResult;
import io.tailrace.schemas.token.TokenVerifier;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.ETag;
import io.undertow.util.ETagUtils;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.Methods;
import java.time.Duration;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes a request apart, checks who asks, and sends what comes back. */
public final class CatchupHandler implements HttpHandler {
  private static final Logger LOG = LoggerFactory.getLogger(CatchupHandler.class);
  private static final String CHANNELS = "/v1/channels/";
  private static final Problem OVERLOADED =
      Problem.retryAfter(
          ProblemCode.OVERLOADED, "too many answers are on their way already: ask again", 1000);
  private static final String UNCHANGING = "private, max-age=31536000, immutable";

  private final TokenVerifier tokens;
  private final ReadRight right;
  private final HistoryPaths paths;
  private final JoinPath join;
  private final ExecutorService threads;
  private final AnswerBytes answerBytes;

  /** With an executor of virtual threads: requests wait for the store. */
  public CatchupHandler(
      TokenVerifier tokens,
      ReadRight right,
      HistoryPaths paths,
      JoinPath join,
      ExecutorService threads) {
    this.tokens = tokens;
    this.right = right;
    this.paths = paths;
    this.join = join;
    this.threads = threads;
    this.answerBytes = paths.answerBytes();
  }

  @Override
  public void handleRequest(HttpServerExchange exchange) {
    exchange.dispatch(threads, this::onThread);
  }

  private void onThread(HttpServerExchange exchange) {
    try {
      if (exchange.getRequestPath().equals(JoinWire.PATH)
          && exchange.getRequestMethod().equals(Methods.POST)) {
        join.answer(exchange);
      } else if (exchange.getRequestPath().startsWith(CHANNELS)) {
        history(exchange);
      } else {
        ServiceServer.notFound(exchange);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      Respond.problem(
          exchange, Problem.retryAfter(ProblemCode.NOT_READY, "this process is stopping", 1000));
    } catch (Exception e) {
      LOG.atError().setCause(e).log("a request failed");
      if (!exchange.isResponseStarted()) {
        Respond.problem(exchange, ProblemCode.INTERNAL, "a fault of the server; it is in its log");
      }
    }
  }

  private void history(HttpServerExchange exchange) throws InterruptedException {
    HttpString method = exchange.getRequestMethod();
    if (!method.equals(Methods.GET) && !method.equals(Methods.HEAD)) {
      exchange.getResponseHeaders().put(Headers.ALLOW, "GET, HEAD");
      Respond.problem(exchange, ProblemCode.METHOD_NOT_ALLOWED, "history is read with GET or HEAD");
      return;
    }
    switch (BearerAuth.verify(exchange, tokens)) {
      case TokenResult.Refused(ProblemCode code, String detail) ->
          Respond.problem(exchange, code, detail);
      case TokenResult.Accepted(Identity identity) -> history(exchange, identity);
    }
  }

  private void history(HttpServerExchange exchange, Identity identity) throws InterruptedException {
    String[] part = exchange.getRequestPath().substring(CHANNELS.length()).split("/", -1);
    switch (right.decide(identity, part[0])) {
      case ReadRight.Decision.Refused(Problem problem) -> Respond.problem(exchange, problem);
      case ReadRight.Decision.Granted granted -> {
        long began = System.nanoTime();
        String what = part.length == 1 ? "channel" : part[1];
        Answer answer = answer(granted, part, exchange.getQueryParameters());
        if (answer == null) {
          ServiceServer.notFound(exchange);
          return;
        }
        int bytes = send(exchange, answer);
        paths
            .metrics()
            .answered(
                what, exchange.getStatusCode(), Duration.ofNanos(System.nanoTime() - began), bytes);
      }
    }
  }

  private @org.jspecify.annotations.Nullable Answer answer(
      ReadRight.Decision.Granted granted, String[] part, Map<String, Deque<String>> parameters)
      throws InterruptedException {
    List<String> rest = List.of(part).subList(1, part.length);
    if (rest.isEmpty()) {
      return paths.channel(granted, parameters);
    }
    return switch (rest.getFirst() + rest.size()) {
      case "events1" -> paths.events(granted.channel(), parameters);
      case "snapshot1" -> paths.snapshot(granted.channel(), parameters);
      case "pages3" -> page(granted, rest.get(1), rest.get(2), parameters);
      default -> null;
    };
  }

  private Answer page(
      ReadRight.Decision.Granted granted,
      String epochText,
      String numberText,
      Map<String, Deque<String>> parameters)
      throws InterruptedException {
    try {
      int epoch = Integer.parseInt(epochText);
      long number = Long.parseLong(numberText);
      if (epoch >= 1 && number >= 0 && number <= PageRules.NUMBER_MAX) {
        return paths.page(granted.channel(), epoch, number, parameters);
      }
    } catch (NumberFormatException _) {
      // Told below.
    }
    return new Answer.Refused(
        Problem.of(ProblemCode.BAD_REQUEST, "a page is pages/{epoch from 1}/{number from 0}"));
  }

  /** Sends the answer; returns its size. */
  private int send(HttpServerExchange exchange, Answer answer) {
    return switch (answer) {
      case Answer.Refused(Problem problem) -> {
        Respond.problem(exchange, problem);
        yield 0;
      }
      case Answer.Json json -> {
        if (json.tag() == null) {
          exchange.getResponseHeaders().put(Headers.CACHE_CONTROL, "no-store");
        } else {
          ETag tag = new ETag(false, json.tag());
          exchange.getResponseHeaders().put(Headers.ETAG, tag.toString());
          exchange.getResponseHeaders().put(Headers.CACHE_CONTROL, UNCHANGING);
          exchange.getResponseHeaders().put(Headers.VARY, "Authorization");
          if (!ETagUtils.handleIfNoneMatch(exchange, tag, false)) {
            exchange.setStatusCode(304);
            exchange.endExchange();
            yield 0;
          }
        }
        if (!answerBytes.take(json.body().length, exchange)) {
          exchange.getResponseHeaders().remove(Headers.ETAG);
          exchange.getResponseHeaders().put(Headers.CACHE_CONTROL, "no-store");
          Respond.problem(exchange, OVERLOADED);
          yield 0;
        }
        Respond.json(exchange, 200, json.body());
        yield json.body().length;
      }
    };
  }
}
