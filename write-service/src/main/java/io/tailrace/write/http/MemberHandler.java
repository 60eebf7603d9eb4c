package io.tailrace.write.http;

import io.tailrace.schemas.http.JsonBody;
import io.tailrace.schemas.http.Respond;
import io.tailrace.schemas.http.TraceContext;
import io.tailrace.schemas.problem.Problem;
import io.tailrace.schemas.problem.ProblemCode;
import io.tailrace.write.admit.Admission;
import io.tailrace.write.audit.AuditLog;
import io.tailrace.write.auth.MemberRight;
import io.tailrace.write.http.MemberCall.Verb;
import io.tailrace.write.measure.WriteMetrics;
import io.tailrace.write.member.Members;
import io.tailrace.write.validate.BroadcastValidator;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.Methods;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Undertow's side of a channel's members; all other addresses go to the next handler. */
public final class MemberHandler implements HttpHandler {
  private static final Logger log = LoggerFactory.getLogger(MemberHandler.class);
  private static final HttpString REASON = new HttpString(AuditLog.REASON_FIELD);
  private static final int BODY_BYTES_MAX = 1_024;
  private static final int LIMIT_MAX = 1_000;
  private static final int LIMIT_DEFAULT = 256;
  private static final int AFTER_LENGTH_MAX = 200;
  private static final long RETRY_AFTER_MS = 1_000;

  private final MemberFlow flow;
  private final Admission admission;
  private final WriteMetrics metrics;
  private final HttpHandler next;
  private final Executor virtual =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("member-", 0).factory());

  /** In front of the handler of all other addresses. */
  public MemberHandler(
      WriteStages stages,
      WriteHandler.Seqs seqs,
      MemberRight right,
      Members members,
      WriteMetrics metrics,
      HttpHandler next) {
    Places places =
        new Places(
            seqs.follower(), seqs.search(), seqs.clocks().nanoTime(), seqs.waitMax().toNanos());
    this.flow = new MemberFlow(stages, right, members, places, seqs.clocks().clock());
    this.admission = stages.admission();
    this.metrics = metrics;
    this.next = next;
  }

  @Override
  public void handleRequest(HttpServerExchange exchange) throws Exception {
    // With an absolute address in the request line, only what stands behind the host is a path.
    MemberTarget target =
        exchange.isHostIncludedInRequestURI() ? null : MemberTarget.of(exchange.getRequestURI());
    if (target == null) {
      next.handleRequest(exchange);
      return;
    }
    Verb verb = verb(exchange.getRequestMethod(), target.hasUser());
    Problem refusal = verb == null ? refuseMethod(exchange, target) : refusal(exchange, verb);
    long length = Math.max(0, exchange.getRequestContentLength());
    if (refusal == null && length > BODY_BYTES_MAX) {
      refusal = tooLarge();
    }
    if (refusal != null || verb == null) {
      refuse(exchange, refusal == null ? tooLarge() : refusal);
      return;
    }
    Admission.Place place = admission.enter(WriteHandler.token(exchange), BODY_BYTES_MAX);
    if (place == null) {
      refuse(
          exchange,
          Problem.retryAfter(
              ProblemCode.OVERLOADED, "too many writes are under way; try again", RETRY_AFTER_MS));
      return;
    }
    exchange.addExchangeCompleteListener((_, nextListener) -> {
      place.leave();
      nextListener.proceed();
    });
    exchange.getRequestReceiver().setMaxBufferSize(BODY_BYTES_MAX);
    exchange
        .getRequestReceiver()
        .receiveFullBytes(
            (of, body) -> of.dispatch(virtual, () -> serve(of, target, verb, body)),
            (of, e) -> refuse(of, JsonBody.lost(e, tooLarge())));
  }

  private void serve(HttpServerExchange exchange, MemberTarget target, Verb verb, byte[] body) {
    MemberAnswer answer = answer(exchange, target, verb, body);
    Respond.onOwnThread(exchange, () -> send(exchange, answer));
  }

  private MemberAnswer answer(
      HttpServerExchange exchange, MemberTarget target, Verb verb, byte[] body) {
    try {
      return flow.handle(
          new MemberCall(
              verb,
              target.channel(),
              target.user(),
              body,
              WriteHandler.token(exchange),
              TraceContext.of(exchange),
              WriteHandler.wantsSeq(exchange),
              limit(exchange),
              parameter(exchange, "after", ""),
              exchange.getRequestHeaders().getFirst(REASON)));
    } catch (InterruptedException _) {
      return new MemberAnswer.Refused(
          Problem.of(ProblemCode.NOT_READY, "this server is stopping; try again"));
    } catch (Throwable t) {
      // The top of a thread: whatever it is becomes an answer.
      log.atError()
          .setCause(t)
          .addKeyValue("trace", TraceContext.traceId(TraceContext.of(exchange)))
          .log("a request about members met an unexpected fault");
      return new MemberAnswer.Refused(
          Problem.of(ProblemCode.INTERNAL, "a fault of the server; it is logged"));
    }
  }

  private void send(HttpServerExchange exchange, MemberAnswer answer) {
    switch (answer) {
      case MemberAnswer.Refused refused -> refuse(exchange, refused.problem());
      case MemberAnswer.Told told -> {
        metrics.answered("ok");
        exchange.getResponseHeaders().put(Headers.CACHE_CONTROL, "no-store");
        Respond.json(exchange, told.status(), told.body());
      }
    }
  }

  private void refuse(HttpServerExchange exchange, Problem problem) {
    metrics.answered(problem.code().code());
    Respond.problem(exchange, problem);
  }

  private static @Nullable Verb verb(HttpString method, boolean hasUser) {
    if (method.equals(Methods.GET)) {
      return hasUser ? Verb.ONE : Verb.LIST;
    }
    if (hasUser && method.equals(Methods.PUT)) {
      return Verb.SET;
    }
    return hasUser && method.equals(Methods.DELETE) ? Verb.REMOVE : null;
  }

  private static Problem refuseMethod(HttpServerExchange exchange, MemberTarget target) {
    exchange.getResponseHeaders().put(Headers.ALLOW, target.hasUser() ? "GET, PUT, DELETE" : "GET");
    return Problem.of(
        ProblemCode.METHOD_NOT_ALLOWED,
        target.hasUser()
            ? "a member is read with GET, set with PUT and removed with DELETE"
            : "members are read with GET; one is set with PUT at /members/{user}");
  }

  private static @Nullable Problem refusal(HttpServerExchange exchange, Verb verb) {
    Problem fault = verb == Verb.SET ? JsonBody.fault(exchange) : null;
    if (fault != null) {
      return fault;
    }
    String reason = exchange.getRequestHeaders().getFirst(REASON);
    String wrong = reason == null ? null : BroadcastValidator.faultOfReason(reason);
    if (wrong != null) {
      return Problem.of(ProblemCode.BAD_REQUEST, AuditLog.REASON_FIELD + ": " + wrong);
    }
    for (Map.Entry<String, Deque<String>> parameter : exchange.getQueryParameters().entrySet()) {
      String value = parameter.getValue().size() == 1 ? parameter.getValue().getFirst() : "";
      if (!isKnown(verb, parameter.getKey(), value)) {
        return Problem.of(
            ProblemCode.BAD_REQUEST,
            switch (verb) {
              case SET, REMOVE -> "the only parameter is ack, which is commit or seq";
              case LIST ->
                  "the parameters are limit, which is 1 to "
                      + LIMIT_MAX
                      + ", and after, which is the next of the page before";
              case ONE -> "there are no parameters";
            });
      }
    }
    return null;
  }

  private static boolean isKnown(Verb verb, String name, String value) {
    return switch (verb) {
      case SET, REMOVE -> name.equals("ack") && (value.equals("commit") || value.equals("seq"));
      case LIST ->
          name.equals("limit")
              ? value.matches("[1-9][0-9]{0,3}") && Integer.parseInt(value) <= LIMIT_MAX
              : name.equals("after")
                  && !value.isEmpty()
                  && value.length() <= AFTER_LENGTH_MAX
                  && value.indexOf('\0') < 0;
      case ONE -> false;
    };
  }

  private static int limit(HttpServerExchange exchange) {
    return Integer.parseInt(parameter(exchange, "limit", Integer.toString(LIMIT_DEFAULT)));
  }

  private static String parameter(HttpServerExchange exchange, String name, String otherwise) {
    Deque<String> values = exchange.getQueryParameters().get(name);
    return values == null ? otherwise : values.getFirst();
  }

  private static Problem tooLarge() {
    return Problem.of(
        ProblemCode.TOO_LARGE, "the body may have at most " + BODY_BYTES_MAX + " bytes");
  }
}
