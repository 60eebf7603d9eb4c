package io.tailrace.load.driver;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tailrace.load.driver.Counters.Name;
import io.tailrace.load.driver.FrameHandler.Next;
import io.tailrace.load.oracle.Witness;
import io.tailrace.schemas.event.Chain;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A subscriber over the WebSocket. Its own virtual thread does everything; {@link #cut} and {@link
 * #stall} may come from any other.
 */
public final class SocketFollower implements Follower {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int TICK_MS = 200;
  private static final int PING_EVERY_MS = 5_000;
  private static final int BACKOFF_MAX_MS = 500;

  private record Again(Trail trail, long atNanos) {}

  private final String name;
  private final Http http;
  private final Counters counters;
  private final Failures failures;
  private final RandomGenerator random;
  private final boolean fromStart;
  private final FrameHandler handler;
  private final Queue<Again> again = new ArrayDeque<>();
  private final AtomicLong stallMs = new AtomicLong();
  private final Thread thread;
  private volatile boolean closed;
  private volatile @Nullable RawSocket socket;
  private long ref;

  /**
   * @param fromStart whether it asks for everything from seq 1 on, or only for what comes
   */
  public SocketFollower(
      String name, List<String> channels, boolean fromStart, Crew crew, RandomGenerator random) {
    this.name = name;
    this.http = crew.http(name);
    this.counters = crew.counters();
    this.failures = crew.failures();
    this.random = random;
    this.fromStart = fromStart;
    this.handler = new FrameHandler(name, channels, http, counters);
    this.thread = Thread.ofVirtual().name(name).start(this::run);
  }

  private void run() {
    while (!closed) {
      try {
        connected();
      } catch (IOException lost) {
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
    try (var open = RawSocket.open(http.gateway())) {
      socket = open;
      counters.count(Name.CONNECTS);
      again.clear();
      open.sendText(
          JSON.createObjectNode()
              .put("t", "hello")
              .put("ref", ++ref)
              .put("token", http.token())
              .put("device", name)
              .put("version", 1)
              .toString());
      subscribeAll(open);
      open.receiveTimeout(TICK_MS);
      long pingAt = System.nanoTime() + PING_EVERY_MS * 1_000_000L;
      while (!closed) {
        var frame = receive(open);
        if (frame != null && !act(open, frame)) {
          return;
        }
        long now = System.nanoTime();
        subscribeDue(open, now);
        if (now > pingAt) {
          open.sendText(JSON.createObjectNode().put("t", "ping").put("ref", ++ref).toString());
          pingAt = now + PING_EVERY_MS * 1_000_000L;
        }
        pause(stallMs.getAndSet(0));
      }
    }
  }

  /** A whole message, or null after a tick without one. */
  private byte @Nullable [] receive(RawSocket open) throws IOException {
    RawSocket.Frame frame;
    try {
      frame = open.receive();
    } catch (SocketTimeoutException _) {
      return null;
    }
    return switch (frame.opcode()) {
      case RawSocket.TEXT -> frame.fin() ? frame.payload() : rest(open, frame);
      case RawSocket.PING -> {
        open.send(true, RawSocket.PONG, frame.payload());
        yield null;
      }
      case RawSocket.PONG -> null;
      case RawSocket.CLOSE -> throw closed(frame);
      default -> throw new ProtocolViolation(name + " got a frame of opcode " + frame.opcode());
    };
  }

  private byte[] rest(RawSocket open, RawSocket.Frame first) throws IOException {
    var message = new ByteArrayOutputStream();
    message.writeBytes(first.payload());
    for (var part = open.receive(); ; part = open.receive()) {
      message.writeBytes(part.payload());
      if (part.fin()) {
        return message.toByteArray();
      }
    }
  }

  private IOException closed(RawSocket.Frame frame) {
    int code = frame.closeCode();
    if (code == 4400 || code == 4401 || code == 4413 || code == 4426) {
      throw new ProtocolViolation(name + " was closed with " + code + ": " + frame.text());
    }
    return new IOException("closed with " + code);
  }

  /** False when the connection is to be given up. */
  private boolean act(RawSocket open, byte[] frame) throws IOException, InterruptedException {
    return switch (handler.handle(frame)) {
      case Next.Read _ -> true;
      case Next.SubscribeAgain(Trail trail, long afterMs) -> {
        if (afterMs == 0) {
          open.sendText(subscribe(trail).toString());
        } else {
          again.add(new Again(trail, System.nanoTime() + afterMs * 1_000_000));
        }
        yield true;
      }
      case Next.Reconnect(long afterMs) -> {
        pause(afterMs);
        yield false;
      }
    };
  }

  private void subscribeDue(RawSocket open, long now) throws IOException {
    for (var due = again.peek(); due != null && due.atNanos() <= now; due = again.peek()) {
      again.remove();
      open.sendText(subscribe(due.trail()).toString());
    }
  }

  /** Both ways of asking, by chance: one frame for all, or one each. */
  private void subscribeAll(RawSocket open) throws IOException {
    var frames = new ArrayList<>(handler.trails().values().stream().map(this::subscribe).toList());
    if (random.nextBoolean()) {
      var all = JSON.createObjectNode().put("t", "subscribe").put("ref", ++ref);
      var list = all.putArray("channels");
      frames.forEach(frame -> list.add(frame.without(List.of("t", "ref"))));
      frames.clear();
      frames.add(all);
    }
    for (var frame : frames) {
      open.sendText(frame.toString());
    }
  }

  private ObjectNode subscribe(Trail trail) {
    var frame =
        JSON.createObjectNode()
            .put("t", "subscribe")
            .put("ref", ++ref)
            .put("channel", trail.channel());
    if (trail.begun() || fromStart) {
      frame.put("after", trail.last());
    }
    if (trail.begun()) {
      frame.put("epoch", trail.epoch());
      var chain = trail.chain();
      if (chain != null) {
        frame.put("chain", Chain.hex(chain));
      }
    }
    return frame;
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
      open.cut();
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
  }
}
