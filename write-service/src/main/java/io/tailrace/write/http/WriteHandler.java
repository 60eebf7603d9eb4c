package io.tailrace.write.http;

import io.tailrace.schemas.contract.Contracts;
import io.tailrace.schemas.http.BearerAuth;
import io.tailrace.schemas.http.JsonBody;
import io.tailrace.schemas.http.Respond;
import io.tailrace.schemas.http.ServiceServer;
import io.tailrace.schemas.http.TraceContext;
import io.tailrace.schemas.problem.Problem;
import io.tailrace.schemas.problem.ProblemCode;
import io.tailrace.write.ack.LogFollower;
import io.tailrace.write.ack.LogSearch;
import io.tailrace.write.admit.Admission;
import io.tailrace.write.commit.Clocks;
import io.tailrace.write.measure.WriteMetrics;
import io.undertow.io.Receiver;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.Methods;
import java.time.Duration;
import java.util.Deque;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Undertow's side of a write. */
public final class WriteHandler implements HttpHandler {
  private static final Logger log = LoggerFactory.getLogger(WriteHandler.class);
  private static final HttpString KEY = new HttpString("Idempotency-Key");
  private static final HttpString REPLAYED = new HttpString("Idempotency-Replayed");
  private static final HttpString LIMIT = new HttpString("RateLimit");
  private static final HttpString LIMIT_POLICY = new HttpString("RateLimit-Policy");
  private static final long RETRY_AFTER_MS = 1_000;

  private final WriteFlow flow;
  private final Admission admission;
  private final BodyLimits limits;
  private final WriteMetrics metrics;
  private final Executor virtual =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("write-", 0).factory());

  /**
   * Leads requests through the stages.
   *
   * @param transactionBytesMax largest body of a transaction
   */
  public WriteHandler(
      WriteStages stages,
      Seqs seqs,
      Contracts contracts,
      int transactionBytesMax,
      WriteMetrics metrics) {
    Places places =
        new Places(
            seqs.follower(), seqs.search(), seqs.clocks().nanoTime(), seqs.waitMax().toNanos());
    this.flow = new WriteFlow(stages, places, metrics, seqs.clocks().nanoTime());
    this.admission = stages.admission();
    this.limits = new BodyLimits(contracts, transactionBytesMax);
    this.metrics = metrics;
  }

  /** Where seqs come from, and how long one waits for them. */
  public record Seqs(LogFollower follower, LogSearch search, Clocks clocks, Duration waitMax) {}

  @Override
  public void handleRequest(HttpServerExchange exchange) {
    Target target = Target.of(exchange.getRequestPath());
    if (target == null) {
      ServiceServer.notFound(exchange);
      return;
    }
    Problem refusal = refusal(exchange);
    int limit = limits.of(target);
    long length = exchange.getRequestContentLength();
    if (refusal == null && length > limit) {
      refusal = tooLarge(limit);
    }
    long taken = length >= 0 ? length : limit;
    if (refusal != null) {
      refuse(exchange, refusal);
      return;
    }
    Admission.Place place = admission.enter(token(exchange), taken);
    if (place == null) {
      refuse(
          exchange,
          Problem.retryAfter(
              ProblemCode.OVERLOADED, "too many writes are under way; try again", RETRY_AFTER_MS));
      return;
    }
    exchange.addExchangeCompleteListener((_, next) -> {
      place.leave();
      next.proceed();
    });
    Receiver receiver = exchange.getRequestReceiver();
    receiver.setMaxBufferSize(limit);
    receiver.receiveFullBytes(
        (of, body) -> of.dispatch(virtual, () -> serve(of, target, body)),
        (of, e) -> refuse(of, JsonBody.lost(e, tooLarge(limit))));
  }

  private void serve(HttpServerExchange exchange, Target target, byte[] body) {
    Answer answer = answer(exchange, target, body);
    Respond.onOwnThread(exchange, () -> send(exchange, answer));
  }

  private Answer answer(HttpServerExchange exchange, Target target, byte[] body) {
    try {
      return flow.handle(
          new WriteRequest(
              target,
              body,
              token(exchange),
              exchange.getRequestHeaders().getFirst(KEY),
              TraceContext.of(exchange),
              wantsSeq(exchange)));
    } catch (InterruptedException _) {
      return new Answer.Refused(
          Problem.of(ProblemCode.NOT_READY, "this server is stopping; try again"));
    } catch (Throwable t) {
      // The top of a thread: whatever it is becomes an answer.
      log.atError()
          .setCause(t)
          .addKeyValue("trace", TraceContext.traceId(TraceContext.of(exchange)))
          .log("a write met an unexpected fault");
      return new Answer.Refused(
          Problem.of(ProblemCode.INTERNAL, "a fault of the server; it is logged"));
    }
  }

  private void send(HttpServerExchange exchange, Answer answer) {
    switch (answer) {
      case Answer.Metered metered -> {
        exchange.getResponseHeaders().put(LIMIT_POLICY, metered.quota().policyField());
        exchange.getResponseHeaders().put(LIMIT, metered.quota().stateField());
        send(exchange, metered.answer());
      }
      case Answer.Refused refused -> refuse(exchange, refused.problem());
      case Answer.Written written -> {
        metrics.answered("ok");
        if (written.replayed()) {
          exchange.getResponseHeaders().put(REPLAYED, "true");
        }
        Respond.json(exchange, written.status(), written.body());
      }
    }
  }

  private void refuse(HttpServerExchange exchange, Problem problem) {
    metrics.answered(problem.code().code());
    Respond.problem(exchange, problem);
  }

  private static @Nullable Problem refusal(HttpServerExchange exchange) {
    if (!exchange.getRequestMethod().equals(Methods.POST)) {
      exchange.getResponseHeaders().put(Headers.ALLOW, "POST");
      return Problem.of(ProblemCode.METHOD_NOT_ALLOWED, "write with POST");
    }
    Problem fault = JsonBody.fault(exchange);
    if (fault != null) {
      return fault;
    }
    for (Map.Entry<String, Deque<String>> parameter : exchange.getQueryParameters().entrySet()) {
      String value = parameter.getValue().peekFirst();
      boolean known =
          parameter.getKey().equals("ack") && ("commit".equals(value) || "seq".equals(value));
      if (!known || parameter.getValue().size() != 1) {
        return Problem.of(
            ProblemCode.BAD_REQUEST, "the only parameter is ack, which is commit or seq");
      }
    }
    return null;
  }

  static boolean wantsSeq(HttpServerExchange exchange) {
    Deque<String> ack = exchange.getQueryParameters().get("ack");
    return ack == null || "seq".equals(ack.peekFirst());
  }

  static String token(HttpServerExchange exchange) {
    return Objects.requireNonNullElse(BearerAuth.token(exchange), "");
  }

  private static Problem tooLarge(int limit) {
    return Problem.of(
        ProblemCode.TOO_LARGE, "the body may have at most " + limit + " bytes: send a reference");
  }
}
