package io.tailrace.load.driver;

import io.tailrace.load.driver.Counters.Name;
import io.tailrace.load.driver.FrameHandler.Next;
import io.tailrace.load.target.Target;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * A subscriber over server-sent events: it holds a cursor instead of a seq per channel, and drops
 * by seq what it had seen since.
 */
public final class SseFollower extends ProtocolFollower {
  private static final int CONNECT_MS = 5_000;

  /** Comments come more often than this, so a longer silence is a dead connection. */
  private static final int SILENCE_MS = 40_000;

  private @Nullable String cursor;

  /**
   * @param through how it reaches the system
   */
  public SseFollower(Seat seat, Crew crew, Target through, Random random) {
    super(seat, crew, through, random);
    begin();
  }

  @Override
  void connected() throws IOException, InterruptedException {
    try (var open = new Socket()) {
      open.connect(
          new InetSocketAddress(http.gateway().getHost(), http.gateway().getPort()), CONNECT_MS);
      open.setSoTimeout(SILENCE_MS);
      open.getOutputStream().write(request().getBytes(StandardCharsets.ISO_8859_1));
      var in = new BufferedInputStream(open.getInputStream(), 1 << 16);
      var status = HttpHead.read(in);
      if (status.passing()) {
        counters.count(Name.REFUSALS);
        throw new IOException("refused for now: " + status.line());
      }
      if (status.code() != 200) {
        throw new ProtocolViolation(name() + " was refused: " + status.line());
      }
      counters.count(Name.CONNECTS);
      read(new EventStream(status.chunked() ? new ChunkedInput(in) : in));
    }
  }

  private String request() {
    asks();
    var query = new StringBuilder("/v1/sse");
    for (var channel : handler.trails().keySet()) {
      query.append(query.indexOf("?") < 0 ? '?' : '&').append("channel=").append(channel);
    }
    return "GET %s HTTP/1.1\r\nHost: %s:%d\r\nAccept: text/event-stream\r\nAuthorization: Bearer %s\r\n%s\r\n"
        .formatted(
            query,
            http.gateway().getHost(),
            http.gateway().getPort(),
            http.token(),
            cursor == null ? "" : "Last-Event-ID: " + cursor + "\r\n");
  }

  /** A cursor names the place in each channel: {@code kind:id=epoch.seq,…}. */
  private void asks() {
    handler.trails().values().forEach(trail -> trail.asks(0, -1));
    var places = cursor;
    if (places != null) {
      for (var place : places.split(",", -1)) {
        var trail = handler.trails().get(place.substring(0, place.indexOf('=')));
        if (trail != null) {
          trail.asks(0, Long.parseLong(place.substring(place.lastIndexOf('.') + 1)));
        }
      }
    }
  }

  private void read(EventStream stream) throws IOException, InterruptedException {
    long leaveAt = Long.MAX_VALUE;
    while (!isClosed() && System.nanoTime() < leaveAt) {
      var message = stream.next();
      if (message == null) {
        throw new IOException("the stream ended");
      }
      if (message.id() != null) {
        cursor = message.id();
      }
      if (!message.data().isEmpty()) {
        switch (handler.handle(message.data().getBytes(StandardCharsets.UTF_8))) {
          case Next.Read _ -> {}
          // A stream cannot be asked anything: connecting again with the cursor is the one repair.
          case Next.SubscribeAgain(Trail _, long afterMs) -> {
            pause(afterMs);
            return;
          }
          // Until then events go on; it looks at the time with each.
          case Next.Reconnect(long afterMs) -> leaveAt = System.nanoTime() + afterMs * 1_000_000;
        }
      }
    }
  }
}
