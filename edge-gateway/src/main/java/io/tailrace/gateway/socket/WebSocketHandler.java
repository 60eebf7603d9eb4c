package io.tailrace.gateway.socket;

import io.tailrace.gateway.admit.Guests;
import io.tailrace.gateway.encode.WebSocketText;
import io.tailrace.gateway.encode.Wire;
import io.tailrace.gateway.lane.SendQueue;
import io.tailrace.gateway.measure.GatewayMetrics;
import io.tailrace.gateway.session.Peer;
import io.tailrace.gateway.shard.Connection;
import io.tailrace.gateway.shard.Shard;
import io.tailrace.gateway.shard.Shards;
import io.tailrace.schemas.http.Respond;
import io.tailrace.schemas.problem.Problem;
import io.tailrace.schemas.problem.ProblemCode;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.function.Supplier;
import org.xnio.Options;
import org.xnio.StreamConnection;

/** {@code GET /v1/ws}: upgrades, and makes a connection of it on the I/O thread's shard. */
public final class WebSocketHandler implements HttpHandler {
  private static final int FINAL_CLOSE = 0x88;
  private static final int REASON_BYTES_MAX = 123;

  private final Admission admission;
  private final Shards shards;
  private final GatewayMetrics metrics;
  private final InstantSource clock;
  private final Supplier<String> sessions;
  private final Rules rules;

  /**
   * What bounds a socket.
   *
   * @param messageBytesMax bound of one message of a client
   * @param queue bounds of what waits for a client
   * @param sendBufferBytes the system's buffer in front of that, 0 for what it chooses
   */
  public record Rules(int messageBytesMax, SendQueue.Bounds queue, int sendBufferBytes) {}

  /**
   * A handler.
   *
   * @param sessions makes names of sessions
   */
  public WebSocketHandler(
      Admission admission,
      Shards shards,
      GatewayMetrics metrics,
      InstantSource clock,
      Supplier<String> sessions,
      Rules rules) {
    this.admission = admission;
    this.shards = shards;
    this.metrics = metrics;
    this.clock = clock;
    this.sessions = sessions;
    this.rules = rules;
  }

  @Override
  public void handleRequest(HttpServerExchange exchange) throws Exception {
    Guests.Place place = admission.admit(exchange);
    if (place == null) {
      return;
    }
    String fault = Handshake.fault(exchange);
    if (fault != null) {
      admission.refuse(exchange, Problem.of(ProblemCode.BAD_REQUEST, fault));
      return;
    }
    if (!Handshake.isVersion13(exchange)) {
      metrics.handshake(ProblemCode.VERSION.code());
      exchange.getResponseHeaders().put(Handshake.VERSION, "13");
      Respond.problem(exchange, ProblemCode.VERSION, "Sec-WebSocket-Version must be 13");
      return;
    }
    shards.with(exchange, (on, shard) -> upgrade(on, shard, place));
  }

  private void upgrade(HttpServerExchange exchange, Shard shard, Guests.Place place) {
    String key = exchange.getRequestHeaders().getFirst(Handshake.KEY);
    exchange.getResponseHeaders().put(Handshake.ACCEPT, Handshake.accept(key));
    exchange.getResponseHeaders().put(Handshake.PROTOCOL, Handshake.SUBPROTOCOL);
    exchange.getResponseHeaders().put(io.undertow.util.Headers.UPGRADE, "websocket");
    // Between the answer and the upgrade the client may go: then nothing else leaves its place.
    exchange.getConnection().addCloseListener(_ -> place.leave());
    exchange.upgradeChannel((socket, _) -> begin(socket, shard, place));
    metrics.handshake("accepted");
    exchange.endExchange();
  }

  private void begin(StreamConnection socket, Shard shard, Guests.Place place) {
    Peer peer =
        new Peer(
            sessions.get(),
            Wire.WEB_SOCKET,
            new SendQueue(rules.queue(), shard.account()),
            clock.millis());
    Connection connection =
        new Connection(
            peer, socket.getSinkChannel(), socket, (code, why, _) -> farewell(code, why), place);
    limitSendBuffer(socket);
    shard.open(connection, null);
    SocketReader reader =
        new SocketReader(shard, connection, new FrameParser(rules.messageBytesMax()));
    socket.getSinkChannel().setWriteListener(_ -> shard.writable(connection));
    socket.setCloseListener(_ -> shard.lost(connection));
    socket.getSourceChannel().setReadListener(reader);
    socket.getSourceChannel().resumeReads();
    // What came with the handshake has been read already and makes no event.
    reader.handleEvent(socket.getSourceChannel());
  }

  /** What the system has taken goes out before anything of a higher lane, and is shed no more. */
  private void limitSendBuffer(StreamConnection socket) {
    if (rules.sendBufferBytes() > 0) {
      try {
        socket.setOption(Options.SEND_BUFFER, rules.sendBufferBytes());
      } catch (IOException _) {
        // It has been closed, which its listener is told.
      }
    }
  }

  /** A close frame: the code and as much of the reason as fits. */
  static byte[] farewell(int code, String reason) {
    byte[] text = reason.getBytes(StandardCharsets.UTF_8);
    int length = Math.min(text.length, REASON_BYTES_MAX);
    while (length > 0 && length < text.length && (text[length] & 0xC0) == 0x80) {
      length--;
    }
    ByteBuffer payload = ByteBuffer.allocate(2 + length);
    payload.putShort((short) code).put(Arrays.copyOf(text, length));
    return WebSocketText.frame(FINAL_CLOSE, payload.array());
  }
}
