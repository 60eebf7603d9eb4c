package io.tailrace.load.compose;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tailrace.load.driver.RawSocket;
import io.tailrace.load.target.Target;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * Somebody at a screen: is here, types, and sees who else is and does. For the thread that made it;
 * two of its own read and say.
 */
final class Person implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long BEAT_NANOS = 1_000_000_000;

  private final RawSocket socket;
  private final String channel;
  private final Set<String> here = ConcurrentHashMap.newKeySet();
  private final Set<String> typed = ConcurrentHashMap.newKeySet();
  private final Map<String, Long> read = new ConcurrentHashMap<>();
  private volatile boolean closing;

  private Person(RawSocket socket, String channel) {
    this.socket = socket;
    this.channel = channel;
  }

  /** Comes into a channel, has been given its history, and goes on being here and typing. */
  static Person enter(Target through, String user, String channel, long head) throws IOException {
    var person = new Person(RawSocket.open(through.gateway()), channel);
    person.say(
        "{\"t\":\"hello\",\"ref\":1,\"version\":1,\"token\":\"%s\"}"
            .formatted(through.tokens().apply(user)));
    person.say(
        "{\"t\":\"subscribe\",\"ref\":2,\"channel\":\"%s\",\"after\":%d}".formatted(channel, head));
    while (!person.take().path("t").asText().equals("subscribed")) {
      // The welcome.
    }
    Thread.ofVirtual().name(user + " looks").start(person::look);
    Thread.ofVirtual().name(user + " is here").start(person::stay);
    return person;
  }

  /** Has read as far. */
  void read(long seq) throws IOException {
    say("{\"t\":\"receipt\",\"channel\":\"%s\",\"seq\":%d}".formatted(channel, seq));
  }

  /** Whether this one is shown as being here. */
  boolean sees(String user) {
    return here.contains(user);
  }

  /** Whether this one was seen typing since it was last forgotten. */
  boolean sawTyping(String user) {
    return typed.contains(user);
  }

  void forgetTyping() {
    typed.clear();
  }

  /** How far this one is shown to have read. */
  long shownRead(String user) {
    return read.getOrDefault(user, 0L);
  }

  private synchronized void say(String text) throws IOException {
    socket.sendText(text);
  }

  private void stay() {
    try {
      while (!closing) {
        say("{\"t\":\"presence\",\"channel\":\"%s\",\"mode\":\"active\"}".formatted(channel));
        say(
            "{\"t\":\"signal\",\"channel\":\"%s\",\"type\":\"typing\",\"data\":1}"
                .formatted(channel));
        LockSupport.parkNanos(BEAT_NANOS);
      }
    } catch (IOException _) {
      // Closed.
    }
  }

  private void look() {
    try {
      while (true) {
        var frame = take();
        switch (frame.path("t").asText()) {
          case "presence" -> show(frame);
          case "signal" -> typed.add(frame.path("user").asText());
          case "receipt" ->
              frame
                  .path("read")
                  .properties()
                  .forEach(one -> read.merge(one.getKey(), one.getValue().asLong(), Math::max));
          default -> {
            // Of others.
          }
        }
      }
    } catch (IOException _) {
      // Closed.
    }
  }

  private void show(JsonNode frame) {
    if (frame.path("full").asBoolean()) {
      here.clear();
    }
    frame.path("joined").forEach(one -> here.add(one.path("user").asText()));
    frame.path("left").forEach(one -> here.remove(one.path("user").asText()));
  }

  private JsonNode take() throws IOException {
    while (true) {
      var frame = socket.receive();
      switch (frame.opcode()) {
        case RawSocket.TEXT -> {
          return JSON.readTree(frame.payload());
        }
        case RawSocket.CLOSE -> throw new IOException("closed: " + frame.closeCode());
        default -> {
          // A ping of the server's.
        }
      }
    }
  }

  @Override
  public void close() throws IOException {
    closing = true;
    socket.close();
  }
}
