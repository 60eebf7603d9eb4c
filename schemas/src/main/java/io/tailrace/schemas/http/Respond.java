package io.tailrace.schemas.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.tailrace.schemas.problem.Problem;
import io.tailrace.schemas.problem.ProblemCode;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;

/** Answers. Every error is {@code application/problem+json} (RFC 9457). */
public final class Respond {
  private static final JsonMapper JSON = new JsonMapper();

  /** Where nobody knows better when to ask again. */
  private static final long RETRY_AFTER_MS = 1000;

  private Respond() {}

  /**
   * Runs what sends an answer on the connection's own thread: Undertow keeps its buffers per
   * thread, and its hand-over of a connection between threads is a spin lock, which burns a core
   * when its holder is preempted. Where that thread is ending, since the port is being closed, it
   * runs here: what was done is to be told while the connection lasts.
   */
  public static void onOwnThread(HttpServerExchange exchange, Runnable sends) {
    try {
      exchange.getIoThread().execute(sends);
    } catch (RejectedExecutionException _) {
      sends.run();
    }
  }

  /** Sends JSON with a status and ends the exchange. */
  public static void json(HttpServerExchange exchange, int status, byte[] body) {
    exchange.setStatusCode(status);
    exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, "application/json");
    exchange.getResponseSender().send(ByteBuffer.wrap(body));
  }

  /** Sends a value as JSON with a status and ends the exchange. */
  public static void json(HttpServerExchange exchange, int status, Map<String, ?> body) {
    json(exchange, status, bytes(body));
  }

  /**
   * Sends a problem document and ends the exchange. One that is to be tried again later says when,
   * in its body and as {@code Retry-After}.
   */
  public static void problem(HttpServerExchange exchange, Problem problem) {
    ProblemCode code = problem.code();
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("type", "about:blank");
    document.put("title", title(code));
    document.put("status", code.status());
    document.put("code", code.code());
    document.put("detail", problem.detail());
    document.put("traceId", TraceContext.traceId(TraceContext.of(exchange)));
    document.putAll(problem.extras());
    if (code.retry() == ProblemCode.Retry.AFTER) {
      document.putIfAbsent(Problem.RETRY_AFTER_MS, RETRY_AFTER_MS);
    }
    if (document.get(Problem.RETRY_AFTER_MS) instanceof Number millis) {
      long seconds = Math.max(1, (millis.longValue() + 999) / 1000);
      exchange.getResponseHeaders().put(Headers.RETRY_AFTER, seconds);
    }
    if (code.status() == 401) {
      exchange.getResponseHeaders().put(Headers.WWW_AUTHENTICATE, "Bearer");
    }
    exchange.setStatusCode(code.status());
    exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, "application/problem+json");
    exchange.getResponseSender().send(ByteBuffer.wrap(bytes(document)));
  }

  /** Sends a problem document without extras and ends the exchange. */
  public static void problem(HttpServerExchange exchange, ProblemCode code, String detail) {
    problem(exchange, Problem.of(code, detail));
  }

  private static String title(ProblemCode code) {
    return code.code().replace('_', ' ');
  }

  private static byte[] bytes(Map<String, ?> body) {
    try {
      return JSON.writeValueAsBytes(body);
    } catch (JsonProcessingException e) {
      return "{}".getBytes(StandardCharsets.UTF_8);
    }
  }
}
