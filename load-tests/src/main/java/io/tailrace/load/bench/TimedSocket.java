package io.tailrace.load.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tailrace.load.driver.RawSocket;
import io.tailrace.standalone.cli.CommandException;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * One WebSocket whose frames are timed as they come, on a virtual thread of its own; one other
 * thread asks and waits.
 */
final class TimedSocket implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int FRAMES_MAX = 10_000;
  private static final long WAIT_SECONDS = 30;

  /**
   * A text frame.
   *
   * @param nanoTime when it had been read, of {@link System#nanoTime}
   * @param at the same by the wall clock
   */
  record Frame(long nanoTime, Instant at, String text) {
    boolean is(String type) {
      return text.startsWith("{\"t\":\"" + type + "\"");
    }

    JsonNode json() {
      try {
        return JSON.readTree(text);
      } catch (JsonProcessingException e) {
        throw new IllegalStateException("not JSON: " + text, e);
      }
    }
  }

  private final RawSocket socket;
  private final BlockingQueue<Frame> frames = new ArrayBlockingQueue<>(FRAMES_MAX);

  private TimedSocket(RawSocket socket) {
    this.socket = socket;
  }

  /** Connects and says hello. */
  static TimedSocket open(URI url, String token) throws IOException, InterruptedException {
    TimedSocket timed = new TimedSocket(RawSocket.open(url));
    Thread.ofVirtual().name("timed socket").start(timed::read);
    timed.send(
        "{\"t\":\"hello\",\"ref\":1,\"token\":\""
            + token
            + "\",\"device\":\"bench\",\"version\":1}");
    timed.await("welcome");
    return timed;
  }

  private void read() {
    try {
      while (true) {
        RawSocket.Frame frame = socket.receive();
        if (frame.opcode() == RawSocket.TEXT) {
          frames.put(new Frame(System.nanoTime(), Instant.now(), frame.text()));
        } else if (frame.opcode() == RawSocket.PING) {
          synchronized (socket) {
            socket.send(true, RawSocket.PONG, frame.payload());
          }
        }
      }
    } catch (IOException _) {
      // Whoever waits for a frame says that none came.
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  void send(String text) throws IOException {
    synchronized (socket) {
      socket.send(true, RawSocket.TEXT, text.getBytes(StandardCharsets.UTF_8));
    }
  }

  /** The next frame of one of these types; those before it are passed over. */
  Frame await(String... types) throws InterruptedException {
    while (true) {
      Frame frame = frames.poll(WAIT_SECONDS, TimeUnit.SECONDS);
      if (frame == null) {
        throw new CommandException(
            "the gateway did not answer with " + List.of(types) + " in " + WAIT_SECONDS + " s");
      }
      for (String type : types) {
        if (frame.is(type)) {
          return frame;
        }
      }
    }
  }

  /**
   * Subscribes to what comes from now on; asks again where the answer is one for the moment.
   *
   * @return nanoseconds from the question that was answered with yes to that answer, or -1 where it
   *     was no
   */
  long subscribe(String channel) throws IOException, InterruptedException {
    while (true) {
      long asked = System.nanoTime();
      send("{\"t\":\"subscribe\",\"ref\":2,\"channel\":\"" + channel + "\"}");
      Frame answer = await("subscribed", "error");
      if (answer.is("subscribed")) {
        return answer.nanoTime() - asked;
      }
      JsonNode error = answer.json();
      switch (error.path("code").asText()) {
        case "forbidden" -> {
          return -1;
        }
        case "not_ready", "overloaded", "rate_limited" ->
            TimeUnit.MILLISECONDS.sleep(Math.max(20, error.path("retryAfterMs").asLong()));
        case String other ->
            throw new CommandException("the gateway refused " + channel + ": " + other);
      }
    }
  }

  /** Subscribes as one who has just been added: the stores may not know it yet. */
  void subscribeSoon(String channel) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
    while (subscribe(channel) < 0) {
      if (System.nanoTime() > deadline) {
        throw new CommandException("a member is not let into " + channel);
      }
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  void unsubscribe(String channel) throws IOException, InterruptedException {
    send("{\"t\":\"unsubscribe\",\"ref\":3,\"channel\":\"" + channel + "\"}");
    await("unsubscribed");
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException _) {
      // Nobody waits for it any more.
    }
  }
}
