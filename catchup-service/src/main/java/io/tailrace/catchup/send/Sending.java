package io.tailrace.catchup.send;

import io.tailrace.catchup.CatchupMetrics;
import io.tailrace.catchup.read.Answer;
import io.tailrace.catchup.read.Pieces;
import io.tailrace.schemas.http.Respond;
import io.tailrace.schemas.problem.Problem;
import io.tailrace.schemas.problem.ProblemCode;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.ETag;
import io.undertow.util.ETagUtils;
import io.undertow.util.HeaderMap;
import io.undertow.util.Headers;
import io.undertow.util.Methods;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Sends answers. Thread: any that may wait for the store; what follows the first piece of a stream
 * is read and coded on a few threads of its own, in turn, so that any number of streams leaves the
 * processors to short answers.
 */
public final class Sending implements AutoCloseable {
  /** Smaller bodies fill one packet either way. */
  private static final int CODED_FROM_BYTES = 1400;

  private static final long STALL_MS = 60_000;
  private static final String UNCHANGING = "private, max-age=31536000, immutable";
  private static final String JSON = "application/json";
  private static final Problem OVERLOADED =
      Problem.retryAfter(
          ProblemCode.OVERLOADED, "too many answers are on their way already: ask again", 1000);
  private static final Pieces NOTHING =
      () -> {
        throw new IllegalStateException("the body had its last piece");
      };

  private final AnswerBytes whole;
  private final Semaphore streams;
  private final int streamsMax;
  private final long stallMs;
  private final ExecutorService threads;
  private final ExecutorService streamThreads;
  private final CatchupMetrics metrics;

  /**
   * With its bounds.
   *
   * @param whole bytes of answers that are sent whole
   * @param streamsMax answers in pieces at once
   * @param threads virtual ones
   */
  public Sending(
      AnswerBytes whole, int streamsMax, ExecutorService threads, CatchupMetrics metrics) {
    this(whole, streamsMax, STALL_MS, threads, metrics);
  }

  Sending(
      AnswerBytes whole,
      int streamsMax,
      long stallMs,
      ExecutorService threads,
      CatchupMetrics metrics) {
    this.whole = whole;
    this.streamsMax = streamsMax;
    this.streams = new Semaphore(streamsMax);
    this.stallMs = stallMs;
    this.threads = threads;
    this.metrics = metrics;
    int processors = Math.max(2, Runtime.getRuntime().availableProcessors());
    // A stream has one task at most, waiting or running: the queue holds them all.
    this.streamThreads =
        new ThreadPoolExecutor(
            processors,
            processors,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(streamsMax),
            Thread.ofPlatform().daemon().name("stream-", 0).factory());
  }

  /** Ends what is under way. */
  @Override
  public void close() {
    streamThreads.shutdownNow();
  }

  /** Answers in pieces that are under way now. */
  public int streaming() {
    return streamsMax - streams.availablePermits();
  }

  /** Sends an answer to a request that was allowed; ends the exchange now or later. */
  public void send(HttpServerExchange exchange, Answer answer) throws InterruptedException {
    switch (answer) {
      case Answer.Refused(Problem problem) -> Respond.problem(exchange, problem);
      case Answer.Json json -> {
        boolean isSmall = json.body().length < CODED_FROM_BYTES;
        Coding coding = isSmall ? Coding.IDENTITY : coding(exchange);
        if (begin(exchange, JSON, null, coding)) {
          sendWhole(exchange, json.body(), coding);
        }
      }
      case Answer.Parts parts -> {
        // Coded by the request alone: the size is not known when the tag is compared.
        Coding coding = coding(exchange);
        if (begin(exchange, parts.mediaType(), parts.tag(), coding)) {
          if (exchange.getRequestMethod().equals(Methods.HEAD)) {
            // Nothing of the body is read for one who asks whether there is one.
            exchange.endExchange();
          } else {
            sendParts(exchange, parts.pieces(), coding);
          }
        }
      }
    }
  }

  private static Coding coding(HttpServerExchange exchange) {
    return Coding.choose(exchange.getRequestHeaders().getFirst(Headers.ACCEPT_ENCODING));
  }

  /** Sets the headers; false where the client's copy is right, which has been told then. */
  private static boolean begin(
      HttpServerExchange exchange, String mediaType, @Nullable String tag, Coding coding) {
    HeaderMap headers = exchange.getResponseHeaders();
    headers.add(Headers.VARY, "Accept-Encoding");
    if (tag == null) {
      headers.put(Headers.CACHE_CONTROL, "no-store");
    } else {
      headers.add(Headers.VARY, "Authorization");
      headers.put(Headers.CACHE_CONTROL, UNCHANGING);
      ETag own = new ETag(false, coding.tag(tag));
      headers.put(Headers.ETAG, own.toString());
      if (!ETagUtils.handleIfNoneMatch(exchange, own, false)) {
        exchange.setStatusCode(304);
        exchange.endExchange();
        return false;
      }
    }
    headers.put(Headers.CONTENT_TYPE, mediaType);
    if (coding == Coding.GZIP) {
      headers.put(Headers.CONTENT_ENCODING, "gzip");
    }
    return true;
  }

  private void sendWhole(HttpServerExchange exchange, byte[] body, Coding coding) {
    byte[] sent = body;
    if (coding == Coding.GZIP) {
      try (Gzip gzip = new Gzip()) {
        sent = gzip.code(body, true);
      }
    }
    if (!whole.take(sent.length)) {
      refuse(exchange);
      return;
    }
    int bytes = sent.length;
    exchange.setResponseContentLength(bytes);
    pump(exchange, new Pump.Body(sent, true, NOTHING, null), threads, () -> whole.give(bytes));
  }

  private void sendParts(HttpServerExchange exchange, Pieces pieces, Coding coding)
      throws InterruptedException {
    switch (pieces.next()) {
      case Pieces.Piece.Last(byte[] all) -> sendWhole(exchange, all, coding);
      case Pieces.Piece.More(byte[] first) -> stream(exchange, first, pieces, coding);
      case Pieces.Piece.Broken(Problem problem) -> refuse(exchange, problem);
    }
  }

  private void stream(HttpServerExchange exchange, byte[] first, Pieces pieces, Coding coding) {
    if (!streams.tryAcquire()) {
      refuse(exchange);
      return;
    }
    Gzip gzip = coding == Coding.GZIP ? new Gzip() : null;
    byte[] sent = gzip == null ? first : gzip.code(first, false);
    pump(
        exchange,
        new Pump.Body(sent, false, pieces, gzip),
        streamThreads,
        () -> {
          streams.release();
          if (gzip != null) {
            gzip.close();
          }
        });
  }

  private void pump(
      HttpServerExchange exchange, Pump.Body body, Executor executor, Runnable ended) {
    // Outside of the handler, so that channel and exchange have one owner at a time.
    exchange.dispatch(executor, new Pump(exchange, body, executor, pace(ended)));
  }

  /** How long a client may take nothing. */
  public Outlet.Pace pace(Runnable ended) {
    return new Outlet.Pace(stallMs, metrics::stalled, ended);
  }

  private static void refuse(HttpServerExchange exchange) {
    refuse(exchange, OVERLOADED);
  }

  private static void refuse(HttpServerExchange exchange, Problem problem) {
    HeaderMap headers = exchange.getResponseHeaders();
    headers.remove(Headers.ETAG);
    headers.remove(Headers.CONTENT_ENCODING);
    headers.put(Headers.CACHE_CONTROL, "no-store");
    Respond.problem(exchange, problem);
  }
}
