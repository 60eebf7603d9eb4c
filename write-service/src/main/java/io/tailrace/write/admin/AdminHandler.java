package io.tailrace.write.admin;

import io.tailrace.schemas.http.BearerAuth;
import io.tailrace.schemas.http.JsonBody;
import io.tailrace.schemas.http.Respond;
import io.tailrace.schemas.http.ServiceServer;
import io.tailrace.schemas.http.TraceContext;
import io.tailrace.schemas.problem.Problem;
import io.tailrace.schemas.problem.ProblemCode;
import io.tailrace.write.admit.Admission;
import io.tailrace.write.audit.AuditLog;
import io.tailrace.write.measure.WriteMetrics;
import io.undertow.io.Receiver;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Undertow's side of an administrator's request. */
public final class AdminHandler implements HttpHandler {
  /** Largest body: as many channels as a broadcast may have, and the largest data. */
  public static final int BODY_BYTES_MAX = 3 << 20;

  private static final Logger log = LoggerFactory.getLogger(AdminHandler.class);
  private static final HttpString KEY = new HttpString("Idempotency-Key");
  private static final HttpString REPLAYED = new HttpString("Idempotency-Replayed");
  private static final HttpString REASON = new HttpString(AuditLog.REASON_FIELD);
  private static final long RETRY_AFTER_MS = 1_000;

  /** Questions to the database at once; each takes a connection. */
  private static final int QUESTIONS_MAX = 2;

  private static final long QUESTION_WAIT_MS = 2_000;

  private final AdminFlow flow;
  private final Admission admission;
  private final WriteMetrics metrics;
  private final Semaphore questions = new Semaphore(QUESTIONS_MAX, true);
  private final Executor virtual =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("admin-", 0).factory());

  /** Leads requests through the stages. */
  public AdminHandler(AdminStages stages, WriteMetrics metrics) {
    this.flow = new AdminFlow(stages);
    this.admission = stages.admission();
    this.metrics = metrics;
  }

  /** In front of another handler, which gets all that is not an administrator's. */
  public HttpHandler before(HttpHandler others) {
    return exchange -> {
      if (exchange.getRequestPath().startsWith(AdminTarget.PREFIX)) {
        handleRequest(exchange);
      } else {
        others.handleRequest(exchange);
      }
    };
  }

  @Override
  public void handleRequest(HttpServerExchange exchange) {
    AdminTarget target = AdminTarget.of(exchange.getRequestPath());
    if (target == null) {
      ServiceServer.notFound(exchange);
      return;
    }
    String method = exchange.getRequestMethod().toString();
    boolean posts = method.equals("POST");
    Problem refusal = refusal(exchange, target, method);
    long length = posts ? exchange.getRequestContentLength() : 0;
    if (refusal == null && length > BODY_BYTES_MAX) {
      refusal = tooLarge();
    }
    String token = token(exchange);
    long taken = length >= 0 ? length : BODY_BYTES_MAX;
    Admission.Place place = refusal == null ? admission.enter(token, taken) : null;
    if (refusal == null && place == null) {
      refusal =
          Problem.retryAfter(
              ProblemCode.OVERLOADED, "too many requests are under way; try again", RETRY_AFTER_MS);
    }
    if (refusal != null || place == null) {
      refuse(exchange, refusal == null ? tooLarge() : refusal);
      return;
    }
    exchange.addExchangeCompleteListener((_, next) -> {
      place.leave();
      next.proceed();
    });
    Map<String, String> parameters = parameters(exchange);
    if (parameters == null) {
      refuse(exchange, Problem.of(ProblemCode.BAD_REQUEST, "a parameter stands twice"));
      return;
    }
    Receiver receiver = exchange.getRequestReceiver();
    receiver.setMaxBufferSize(BODY_BYTES_MAX);
    receiver.receiveFullBytes(
        (of, body) ->
            of.dispatch(
                virtual,
                () -> {
                  AdminRequest request =
                      new AdminRequest(
                          target,
                          method,
                          parameters,
                          body,
                          token,
                          of.getRequestHeaders().getFirst(KEY),
                          of.getRequestHeaders().getFirst(REASON),
                          TraceContext.of(of));
                  AdminAnswer answer = answer(request);
                  Respond.onOwnThread(of, () -> send(of, answer));
                }),
        (of, e) -> refuse(of, JsonBody.lost(e, tooLarge())));
  }

  private AdminAnswer answer(AdminRequest request) {
    boolean asks = false;
    try {
      asks = questions.tryAcquire(QUESTION_WAIT_MS, TimeUnit.MILLISECONDS);
      return asks
          ? flow.handle(request)
          : new AdminAnswer.Refused(
              Problem.retryAfter(
                  ProblemCode.OVERLOADED,
                  "too many administrators' requests are under way; try again",
                  RETRY_AFTER_MS));
    } catch (SQLException e) {
      log.atWarn()
          .addKeyValue("trace", TraceContext.traceId(request.traceparent()))
          .addKeyValue("sqlState", e.getSQLState())
          .log("an administrator's request failed at the database");
      return new AdminAnswer.Refused(
          Problem.retryAfter(
              ProblemCode.NOT_READY,
              "the database did not answer; send the same request with the same Idempotency-Key"
                  + " again",
              RETRY_AFTER_MS));
    } catch (InterruptedException _) {
      return new AdminAnswer.Refused(
          Problem.of(ProblemCode.NOT_READY, "this server is stopping; try again"));
    } catch (Throwable t) {
      // The top of a thread: whatever it is becomes an answer.
      log.atError()
          .setCause(t)
          .addKeyValue("trace", TraceContext.traceId(request.traceparent()))
          .log("an administrator's request met an unexpected fault");
      return new AdminAnswer.Refused(
          Problem.of(ProblemCode.INTERNAL, "a fault of the server; it is logged"));
    } finally {
      if (asks) {
        questions.release();
      }
    }
  }

  private void send(HttpServerExchange exchange, AdminAnswer answer) {
    switch (answer) {
      case AdminAnswer.Refused refused -> refuse(exchange, refused.problem());
      case AdminAnswer.Done done -> {
        metrics.answered("ok");
        if (done.location() != null) {
          exchange.getResponseHeaders().put(Headers.LOCATION, done.location());
        }
        if (done.replayed()) {
          exchange.getResponseHeaders().put(REPLAYED, "true");
        }
        exchange.getResponseHeaders().put(Headers.CACHE_CONTROL, "no-store");
        Respond.json(
            exchange, done.status(), done.body().toString().getBytes(StandardCharsets.UTF_8));
      }
    }
  }

  private void refuse(HttpServerExchange exchange, Problem problem) {
    metrics.answered(problem.code().code());
    Respond.problem(exchange, problem);
  }

  private static @Nullable Problem refusal(
      HttpServerExchange exchange, AdminTarget target, String method) {
    if (!target.methods().contains(method)) {
      String methods = String.join(", ", target.methods());
      exchange.getResponseHeaders().put(Headers.ALLOW, methods);
      return Problem.of(ProblemCode.METHOD_NOT_ALLOWED, "this address takes " + methods);
    }
    return method.equals("POST") ? JsonBody.fault(exchange) : null;
  }

  private static @Nullable Map<String, String> parameters(HttpServerExchange exchange) {
    Map<String, String> parameters = new HashMap<>();
    for (Map.Entry<String, Deque<String>> one : exchange.getQueryParameters().entrySet()) {
      if (one.getValue().size() != 1) {
        return null;
      }
      parameters.put(one.getKey(), one.getValue().getFirst());
    }
    return parameters;
  }

  private static String token(HttpServerExchange exchange) {
    return Objects.requireNonNullElse(BearerAuth.token(exchange), "");
  }

  private static Problem tooLarge() {
    return Problem.of(
        ProblemCode.TOO_LARGE, "the body may have at most " + BODY_BYTES_MAX + " bytes");
  }
}
