package io.tailrace.catchup.http;

import io.tailrace.catchup.auth.Access;
import io.tailrace.catchup.auth.ReadRight;
import io.tailrace.catchup.auth.Reader;
import io.tailrace.catchup.await.Moments;
import io.tailrace.catchup.join.JoinPath;
import io.tailrace.catchup.route.Peers;
import io.tailrace.schemas.http.BearerAuth;
import io.tailrace.schemas.http.Respond;
import io.tailrace.schemas.http.ServiceServer;
import io.tailrace.schemas.join.JoinWire;
import io.tailrace.schemas.problem.Problem;
import io.tailrace.schemas.problem.ProblemCode;
import io.tailrace.schemas.token.Identity;
import io.tailrace.schemas.token.TokenResult;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.Methods;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes a request apart and checks who asks. */
public final class CatchupHandler implements HttpHandler {
  private static final Logger LOG = LoggerFactory.getLogger(CatchupHandler.class);
  private static final String CHANNELS = "/v1/channels/";
  private static final Problem STOPPING =
      Problem.retryAfter(
          ProblemCode.NOT_READY, "this process is stopping: ask again", Moments.RETRY_AFTER_MS);

  private final Access access;
  private final Answering answering;
  private final JoinPath join;
  private final MyPath mine;
  private final ExecutorService threads;

  /** With an executor of virtual threads: requests wait for the store. */
  public CatchupHandler(
      Access access, Answering answering, JoinPath join, MyPath mine, ExecutorService threads) {
    this.access = access;
    this.answering = answering;
    this.join = join;
    this.mine = mine;
    this.threads = threads;
  }

  @Override
  public void handleRequest(HttpServerExchange exchange) {
    exchange.dispatch(task -> execute(exchange, task), this::onThread);
  }

  /** A process that stops says so to those who come meanwhile, and peers look elsewhere. */
  private void execute(HttpServerExchange exchange, Runnable task) {
    try {
      threads.execute(task);
    } catch (RejectedExecutionException e) {
      exchange.getResponseHeaders().put(Peers.MOVED, "true");
      Respond.problem(exchange, STOPPING);
    }
  }

  private void onThread(HttpServerExchange exchange) {
    try {
      route(exchange);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      Respond.problem(exchange, STOPPING);
    } catch (Exception e) {
      LOG.atError().setCause(e).log("a request failed");
      if (!exchange.isResponseStarted()) {
        Respond.problem(exchange, ProblemCode.INTERNAL, "a fault of the server; it is in its log");
      }
    }
  }

  private void route(HttpServerExchange exchange) throws Exception {
    String path = exchange.getRequestPath();
    boolean isPost = exchange.getRequestMethod().equals(Methods.POST);
    if (isPost && path.equals(JoinWire.PATH)) {
      join.answer(exchange);
    } else if (isPost && path.equals(JoinPath.HERE)) {
      join.answerHere(exchange);
    } else if (path.startsWith(CHANNELS)) {
      String token = BearerAuth.token(exchange);
      Request request = admit(exchange, token, path.substring(CHANNELS.length()));
      if (request != null) {
        answering.answer(exchange, request);
      }
    } else if (path.equals(MyPath.PATH)) {
      String token = BearerAuth.token(exchange);
      Identity identity = identify(exchange, token);
      if (identity != null) {
        mine.answer(exchange, identity, token == null ? "" : token);
      }
    } else if (path.startsWith(Peers.PATH) || path.equals(Peers.MY_CHANNELS)) {
      fromPeer(exchange, path);
    } else {
      ServiceServer.notFound(exchange);
    }
  }

  private void fromPeer(HttpServerExchange exchange, String path) throws InterruptedException {
    if (!access.key().isShownBy(exchange)) {
      Respond.problem(
          exchange,
          ProblemCode.TOKEN_INVALID,
          "this path is for other catch-up processes: set service.key alike");
      return;
    }
    String token = exchange.getRequestHeaders().getFirst(Peers.TOKEN);
    if (path.equals(Peers.MY_CHANNELS)) {
      Identity identity = identify(exchange, token);
      if (identity != null) {
        mine.answerHere(exchange, identity, token == null ? "" : token);
      }
      return;
    }
    Request request = admit(exchange, token, path.substring(Peers.PATH.length()));
    if (request != null) {
      answering.answerHere(exchange, request);
    }
  }

  /** Who reads; null where the request is none and that has been told. */
  private @Nullable Identity identify(HttpServerExchange exchange, @Nullable String token) {
    HttpString method = exchange.getRequestMethod();
    if (!method.equals(Methods.GET) && !method.equals(Methods.HEAD)) {
      exchange.getResponseHeaders().put(Headers.ALLOW, "GET, HEAD");
      Respond.problem(exchange, ProblemCode.METHOD_NOT_ALLOWED, "history is read with GET or HEAD");
      return null;
    }
    return switch (access.tokens().verify(token)) {
      case TokenResult.Refused(ProblemCode code, String detail) -> {
        Respond.problem(exchange, code, detail);
        yield null;
      }
      case TokenResult.Accepted(Identity identity) -> identity;
    };
  }

  /** The request of a caller who is known; null where it is none and that has been told. */
  private @Nullable Request admit(
      HttpServerExchange exchange, @Nullable String token, String path) {
    Identity identity = identify(exchange, token);
    if (identity == null) {
      return null;
    }
    List<String> part = List.of(path.split("/", -1));
    return switch (access.right().decide(identity, part.getFirst())) {
      case ReadRight.Decision.Refused(Problem problem) -> {
        Respond.problem(exchange, problem);
        yield null;
      }
      case ReadRight.Decision.Asks(Reader reader) ->
          Request.of(
              exchange, identity, token == null ? "" : token, reader, part.subList(1, part.size()));
    };
  }
}
