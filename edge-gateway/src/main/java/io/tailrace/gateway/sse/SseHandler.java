package io.tailrace.gateway.sse;

import io.tailrace.gateway.admit.Guests;
import io.tailrace.gateway.encode.EventStreamText;
import io.tailrace.gateway.encode.Wire;
import io.tailrace.gateway.fanout.Input;
import io.tailrace.gateway.lane.SendQueue;
import io.tailrace.gateway.measure.GatewayMetrics;
import io.tailrace.gateway.session.Peer;
import io.tailrace.gateway.session.Subscription;
import io.tailrace.gateway.shard.Connection;
import io.tailrace.gateway.shard.Shard;
import io.tailrace.gateway.shard.Shards;
import io.tailrace.gateway.socket.Admission;
import io.tailrace.gateway.subscribe.SubscribeDesk;
import io.tailrace.schemas.frame.ClientFrame;
import io.tailrace.schemas.frame.ClientFrames;
import io.tailrace.schemas.frame.ServerFrame;
import io.tailrace.schemas.frame.ServerFrames;
import io.tailrace.schemas.http.BearerAuth;
import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.problem.Problem;
import io.tailrace.schemas.problem.ProblemCode;
import io.tailrace.schemas.token.Identity;
import io.tailrace.schemas.token.TokenResult;
import io.tailrace.schemas.token.TokenVerifier;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.Protocols;
import io.undertow.util.SameThreadExecutor;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;
import org.xnio.channels.StreamSinkChannel;

/** {@code GET /v1/sse?channel=…&channel=…}: the live frames as server-sent events. */
public final class SseHandler implements HttpHandler {
  private static final HttpString LAST_EVENT_ID = new HttpString("Last-Event-ID");
  private static final HttpString NO_PROXY_BUFFER = new HttpString("X-Accel-Buffering");
  private static final HttpString GET = new HttpString("GET");
  private static final long RETRY_MS_MIN = 1000;
  private static final long RETRY_MS_MAX = 4000;

  /** From here on a close code stands for a problem of the table. */
  private static final int PROBLEM_CLOSE_CODES = 4000;

  private final Admission admission;
  private final Shards shards;
  private final GatewayMetrics metrics;
  private final TokenVerifier verifier;
  private final InstantSource clock;
  private final Supplier<String> sessions;
  private final Rules rules;

  /**
   * What bounds a stream.
   *
   * @param channelsMax channels in one stream
   * @param cursorMs how often the cursor is told
   * @param queue bounds of what waits for a reader
   */
  public record Rules(
      SubscribeDesk.Permission permission,
      int channelsMax,
      long cursorMs,
      SendQueue.Bounds queue) {}

  private record Request(
      Identity who, Set<String> channels, @Nullable String cursor, Guests.Place place) {}

  /** A handler. */
  public SseHandler(
      Admission admission,
      Shards shards,
      GatewayMetrics metrics,
      TokenVerifier verifier,
      Stream stream,
      Rules rules) {
    this.admission = admission;
    this.shards = shards;
    this.metrics = metrics;
    this.verifier = verifier;
    this.clock = stream.clock();
    this.sessions = stream.sessions();
    this.rules = rules;
  }

  /** The clock, and what makes names of sessions. */
  public record Stream(InstantSource clock, Supplier<String> sessions) {}

  @Override
  public void handleRequest(HttpServerExchange exchange) throws Exception {
    if (!exchange.getRequestMethod().equals(GET)) {
      admission.refuse(
          exchange, Problem.of(ProblemCode.METHOD_NOT_ALLOWED, "an event stream is read with GET"));
      return;
    }
    Guests.Place place = admission.admit(exchange);
    if (place == null) {
      return;
    }
    switch (BearerAuth.verifyWithCookie(exchange, verifier)) {
      case TokenResult.Refused refused ->
          admission.refuse(exchange, Problem.of(refused.code(), refused.detail()));
      case TokenResult.Accepted(Identity who) -> {
        Set<String> channels = new LinkedHashSet<>();
        Problem problem = readChannels(exchange, who, channels);
        if (problem == null) {
          problem = admission.identify(who, null, place);
        }
        if (problem != null) {
          admission.refuse(exchange, problem);
          return;
        }
        Request request = new Request(who, channels, cursor(exchange), place);
        shards.with(exchange, (on, shard) -> open(on, shard, request));
      }
    }
  }

  private @Nullable Problem readChannels(
      HttpServerExchange exchange, Identity who, Set<String> into) {
    Deque<String> asked = exchange.getQueryParameters().get("channel");
    if (asked == null || asked.isEmpty() || asked.size() > rules.channelsMax()) {
      return Problem.of(
          ProblemCode.BAD_REQUEST,
          "name 1 to " + rules.channelsMax() + " channels: ?channel=kind:id");
    }
    for (String name : asked) {
      Channel channel = Channel.parse(who.tenant(), name);
      if (channel == null) {
        return Problem.of(ProblemCode.BAD_REQUEST, "channel must be kind:id");
      }
      if (rules.permission().subscriptionsMax(who, channel) == 0) {
        return new Problem(
            Problem.UNREADABLE.code(), Problem.UNREADABLE.detail(), Map.of("channel", name));
      }
      into.add(name);
    }
    return null;
  }

  private static @Nullable String cursor(HttpServerExchange exchange) {
    // The header is newer than the address of the first request, which a browser repeats.
    String header = exchange.getRequestHeaders().getFirst(LAST_EVENT_ID);
    if (header != null && !header.isEmpty()) {
      return header;
    }
    Deque<String> query = exchange.getQueryParameters().get("cursor");
    return query == null || query.isEmpty() ? null : query.getFirst();
  }

  private void open(HttpServerExchange exchange, Shard shard, Request request) {
    exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, "text/event-stream; charset=utf-8");
    exchange.getResponseHeaders().put(Headers.CACHE_CONTROL, "no-store");
    exchange.getResponseHeaders().put(NO_PROXY_BUFFER, "no");
    exchange.setPersistent(false);
    exchange.dispatch(SameThreadExecutor.INSTANCE, () -> begin(exchange, shard, request));
  }

  private void begin(HttpServerExchange exchange, Shard shard, Request request) {
    metrics.handshake("accepted");
    StreamSinkChannel sink = exchange.getResponseChannel();
    Peer peer =
        new Peer(
            sessions.get(),
            Wire.EVENT_STREAM,
            new SendQueue(rules.queue(), shard.account()),
            clock.millis());
    Connection connection =
        new Connection(
            peer, sink, () -> end(exchange, sink), SseHandler::farewell, request.place());
    shard.open(connection, request.who());
    sink.getWriteSetter().set(_ -> shard.writable(connection));
    watchEnd(exchange, () -> shard.lost(connection));
    long retryMs = ThreadLocalRandom.current().nextLong(RETRY_MS_MIN, RETRY_MS_MAX);
    peer.queue().answer(EventStreamText.retry(retryMs));

    Cursor from = request.cursor() == null ? new Cursor(Map.of()) : Cursor.parse(request.cursor());
    List<ClientFrame.Want> wants = new ArrayList<>();
    for (String channel : request.channels()) {
      wants.add(want(channel, from));
    }
    shard.input(
        new Input.Received(peer, new ClientFrames.Read(new ClientFrame.Subscribe(0, wants, true))));
    shard.watch(
        connection,
        new EventStream(
            shard,
            connection,
            from == null ? new Cursor(Map.of()) : from,
            wants.size(),
            rules.cursorMs()));
    shard.settle();
    shard.changed(connection);
  }

  /**
   * Over HTTP/2 a connection carries many streams and outlives each: a stream ends with its own
   * exchange.
   */
  private static void watchEnd(HttpServerExchange exchange, Runnable ended) {
    if (exchange.getProtocol().equals(Protocols.HTTP_2_0)) {
      exchange.addExchangeCompleteListener((_, next) -> {
        ended.run();
        next.proceed();
      });
    } else {
      exchange.getConnection().addCloseListener(_ -> ended.run());
    }
  }

  /**
   * Ends the response as a whole one where the reader takes its end, so that what was written last
   * is not lost with the stream; else cuts: over HTTP/2 the stream alone.
   */
  private static void end(HttpServerExchange exchange, StreamSinkChannel sink) throws IOException {
    boolean isWhole = false;
    try {
      sink.shutdownWrites();
      isWhole = sink.flush();
    } finally {
      if (!isWhole || !exchange.getProtocol().equals(Protocols.HTTP_2_0)) {
        IoUtils.safeClose(sink, exchange.getConnection());
      }
    }
  }

  /** A stream has no close code: why it ends is its last event. */
  private static byte @Nullable [] farewell(int code, String reason, String label) {
    return code < PROBLEM_CLOSE_CODES
        ? null
        : EventStreamText.event(
            "error", ServerFrames.encode(new ServerFrame.Err(null, null, label, reason, null)));
  }

  /** After a cursor that is none, whatever the reader holds is void. */
  private static ClientFrame.Want want(String channel, @Nullable Cursor from) {
    if (from == null) {
      return new ClientFrame.Want(channel, 0L, Subscription.Resume.NO_EPOCH, null, Set.of());
    }
    Cursor.Place place = from.places().get(channel);
    return place == null
        ? new ClientFrame.Want(channel, null, null, null, Set.of())
        : new ClientFrame.Want(channel, place.seq(), place.epoch(), null, Set.of());
  }
}
