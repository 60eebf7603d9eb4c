package io.tailrace.load.driver;

import io.tailrace.load.driver.Counters.Name;
import io.tailrace.load.driver.FrameHandler.Next;
import io.tailrace.load.oracle.Witness;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A subscriber over server-sent events: it holds a cursor instead of a seq per channel, and drops
 * by seq what it had seen since. It has a socket of its own so that it can be cut. Its own virtual
 * thread does everything.
 */
public final class SseFollower implements Follower {
  private static final int CONNECT_MS = 5_000;

  /** Comments come more often than this, so a longer silence is a dead connection. */
  private static final int SILENCE_MS = 40_000;

  private static final int BACKOFF_MAX_MS = 500;

  private final String name;
  private final Http http;
  private final Counters counters;
  private final Failures failures;
  private final RandomGenerator random;
  private final FrameHandler handler;
  private final AtomicLong stallMs = new AtomicLong();
  private final Thread thread;
  private volatile boolean closed;
  private volatile @Nullable Socket socket;
  private @Nullable String cursor;

  public SseFollower(String name, List<String> channels, Crew crew, RandomGenerator random) {
    this.name = name;
    this.http = crew.http(name);
    this.counters = crew.counters();
    this.failures = crew.failures();
    this.random = random;
    this.handler = new FrameHandler(name, channels, http, counters);
    this.thread = Thread.ofVirtual().name(name).start(this::run);
  }

  private void run() {
    while (!closed) {
      try {
        connected();
      } catch (IOException _) {
        counters.count(Name.LOST_CONNECTIONS);
        pause(random.nextInt(10, BACKOFF_MAX_MS));
      } catch (InterruptedException _) {
        return;
      } catch (RuntimeException failure) {
        failures.fail(failure);
        return;
      }
    }
  }

  private void connected() throws IOException, InterruptedException {
    try (var open = new Socket()) {
      open.connect(
          new InetSocketAddress(http.gateway().getHost(), http.gateway().getPort()), CONNECT_MS);
      open.setSoTimeout(SILENCE_MS);
      socket = open;
      open.getOutputStream().write(request().getBytes(StandardCharsets.ISO_8859_1));
      var in = new BufferedInputStream(open.getInputStream(), 1 << 16);
      var status = HttpHead.read(in);
      if (status.passing()) {
        counters.count(Name.REFUSALS);
        throw new IOException("refused for now: " + status.line());
      }
      if (status.code() != 200) {
        throw new ProtocolViolation(name + " was refused: " + status.line());
      }
      counters.count(Name.CONNECTS);
      read(new EventStream(status.chunked() ? new ChunkedInput(in) : in));
    }
  }

  private String request() {
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

  private void read(EventStream stream) throws IOException, InterruptedException {
    while (!closed) {
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
          case Next.Reconnect(long afterMs) -> {
            pause(afterMs);
            return;
          }
        }
      }
      pause(stallMs.getAndSet(0));
    }
  }

  private static void pause(long ms) {
    if (ms > 0) {
      try {
        Thread.sleep(ms);
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public List<String> channels() {
    return List.copyOf(handler.trails().keySet());
  }

  @Override
  public void cut() {
    var open = socket;
    if (open != null) {
      counters.count(Name.CUTS);
      try {
        open.setSoLinger(true, 0);
        open.close();
      } catch (IOException _) {
        // It was to be dead, and is.
      }
    }
  }

  @Override
  public void stall(long ms) {
    stallMs.set(ms);
  }

  @Override
  public long last(String channel) {
    var trail = handler.trails().get(channel);
    return trail == null ? 0 : trail.last();
  }

  @Override
  public boolean subscribed(String channel) {
    var trail = handler.trails().get(channel);
    return trail != null && trail.begun();
  }

  @Override
  public List<Witness> witnesses(String channel) {
    var trail = handler.trails().get(channel);
    return trail == null ? List.of() : trail.witnesses();
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    var open = socket;
    if (open != null) {
      try {
        open.close();
      } catch (IOException _) {
        // Nothing is left to do with it.
      }
    }
  }
}
