package io.tailrace.load.driver;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tailrace.load.driver.Counters.Name;
import io.tailrace.load.driver.FrameHandler.Next;
import io.tailrace.load.target.Target;
import io.tailrace.schemas.event.Chain;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** A subscriber over the WebSocket. */
public final class SocketFollower extends ProtocolFollower {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int TICK_MS = 200;
  private static final int PING_EVERY_MS = 5_000;

  private record Again(Trail trail, long atNanos) {}

  private final boolean fromStart;
  private final Queue<Again> again = new ArrayDeque<>();
  private long ref;
  private long leaveAt;

  /**
   * @param fromStart whether it asks for everything from seq 1 on, or only for what comes
   * @param through how it reaches the system
   */
  public SocketFollower(Seat seat, boolean fromStart, Crew crew, Target through, Random random) {
    super(seat, crew, through, random);
    this.fromStart = fromStart;
    begin();
  }

  @Override
  void connected() throws IOException, InterruptedException {
    try (var open = RawSocket.open(http.gateway())) {
      counters.count(Name.CONNECTS);
      again.clear();
      open.sendText(
          JSON.createObjectNode()
              .put("t", "hello")
              .put("ref", ++ref)
              .put("token", http.token())
              .put("device", seat.device())
              .put("version", 1)
              .toString());
      subscribeAll(open);
      open.receiveTimeout(TICK_MS);
      leaveAt = Long.MAX_VALUE;
      long pingAt = System.nanoTime() + PING_EVERY_MS * 1_000_000L;
      while (!isClosed()) {
        var frame = receive(open);
        if (frame != null) {
          act(open, frame);
        }
        long now = System.nanoTime();
        if (now >= leaveAt) {
          return;
        }
        subscribeDue(open, now);
        if (now > pingAt) {
          open.sendText(JSON.createObjectNode().put("t", "ping").put("ref", ++ref).toString());
          pingAt = now + PING_EVERY_MS * 1_000_000L;
        }
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
      default -> throw new ProtocolViolation(name() + " got a frame of opcode " + frame.opcode());
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
      throw new ProtocolViolation(name() + " was closed with " + code + ": " + frame.text());
    }
    return new IOException("closed with " + code);
  }

  private void act(RawSocket open, byte[] frame) throws IOException, InterruptedException {
    switch (handler.handle(frame)) {
      case Next.Read _ -> {}
      case Next.SubscribeAgain(Trail trail, long afterMs) -> {
        if (afterMs == 0) {
          open.sendText(subscribe(trail).toString());
        } else {
          again.add(new Again(trail, System.nanoTime() + afterMs * 1_000_000));
        }
      }
      // Until then events go on.
      case Next.Reconnect(long afterMs) -> leaveAt = System.nanoTime() + afterMs * 1_000_000;
    }
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
      for (var frame : frames) {
        trail(frame).asks(ref, frame.path("after").asLong(-1));
        list.add(frame.without(List.of("t", "ref")));
      }
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
    trail.asks(ref, frame.path("after").asLong(-1));
    return frame;
  }

  private Trail trail(ObjectNode frame) {
    return Objects.requireNonNull(handler.trails().get(frame.path("channel").asText()));
  }
}
