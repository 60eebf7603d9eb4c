package io.tailrace.load.driver;

import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tailrace.load.driver.Counters.Name;
import io.tailrace.load.oracle.Access.Admission;
import io.tailrace.load.oracle.Access.Refusal;
import io.tailrace.load.oracle.Access.Revocation;
import io.tailrace.load.oracle.Via;
import io.tailrace.schemas.event.Times;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a client does with a frame, whichever transport brought it. Written from protocol.md alone
 * and without the product's client, so that both cannot be wrong in the same way. One thread calls
 * it; catch-up blocks that thread, while the frames behind it wait in the socket's buffer.
 */
final class FrameHandler {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int PAGE = 500;

  /** Between two questions of one who is not let in. */
  private static final int SHUT_OUT_MS = 250;

  /** What the connection has to do after a frame. */
  sealed interface Next {
    /** Read on. */
    record Read() implements Next {}

    /** Subscribe to this channel again, after a pause. */
    record SubscribeAgain(Trail trail, long afterMs) implements Next {}

    /** Connect again: the gateway leaves. */
    record Reconnect(long afterMs) implements Next {}
  }

  private static final Next READ = new Next.Read();

  private final Map<String, Trail> trails = new LinkedHashMap<>();
  private final Http http;
  private final Counters counters;
  private final AccessLog access;
  private final Waits waits;
  private final Seat seat;
  private final String name;

  FrameHandler(Seat seat, Http http, Crew crew) {
    this.seat = seat;
    this.name = seat.name();
    this.http = http;
    this.counters = crew.counters();
    this.access = crew.access();
    this.waits = crew.waits();
    for (var channel : seat.channels()) {
      trails.put(channel, new Trail(name, channel, seat.comesAndGoes()));
    }
  }

  Map<String, Trail> trails() {
    return trails;
  }

  Next handle(byte[] frame) throws IOException, InterruptedException {
    return switch (type(frame)) {
      case "event" -> event(frame);
      case "subscribed" -> subscribed(JSON.readTree(frame));
      case "behind" -> {
        counters.count(Name.BEHIND);
        yield new Next.SubscribeAgain(trail(JSON.readTree(frame)), 0);
      }
      case "reset" -> {
        counters.count(Name.RESETS);
        var node = JSON.readTree(frame);
        var trail = trail(node);
        trail.reset(node.path("after").asLong());
        yield new Next.SubscribeAgain(trail, 0);
      }
      case "revoked" -> revoked(JSON.readTree(frame));
      case "error" -> refused(JSON.readTree(frame));
      case "drain" -> new Next.Reconnect(JSON.readTree(frame).path("reconnectAfterMs").asLong());
      case "welcome", "pong", "unsubscribed", "authed", "cursor" -> READ;
      case "signal", "presence", "receipt", "metadata", "degraded", "recovered" -> READ;
      case String other -> throw new ProtocolViolation(name + " got an unknown frame: " + other);
    };
  }

  private static String type(byte[] frame) throws IOException {
    try (var parser = EventParser.over(frame)) {
      parser.nextToken();
      if (parser.nextToken() == JsonToken.FIELD_NAME && "t".equals(parser.currentName())) {
        parser.nextToken();
        return parser.getText();
      }
    }
    throw new ProtocolViolation(
        "a frame does not begin with t: " + new String(frame, StandardCharsets.UTF_8));
  }

  private Next event(byte[] frame) throws IOException {
    var event = EventParser.parse(frame);
    var trail = trail(event.channel());
    return offer(trail, event, trail.framed(event.seq()));
  }

  private Next offer(Trail trail, SeenEvent event, Via via) {
    return switch (trail.offer(event, via)) {
      case APPLIED -> {
        counters.count(Name.DELIVERED);
        timed(trail, event);
        yield READ;
      }
      case KNOWN -> {
        counters.count(Name.REPEATS);
        yield READ;
      }
      case GAP -> {
        counters.count(Name.GAPS);
        yield new Next.SubscribeAgain(trail, 0);
      }
    };
  }

  /** What is from before the first subscription waited for nobody here. */
  private void timed(Trail trail, SeenEvent event) {
    long commitMicros = Times.parseMicros(event.envelope().time());
    if (!seat.comesAndGoes() && commitMicros > trail.beganMicros()) {
      waits.arrived(commitMicros);
    }
  }

  private Next subscribed(JsonNode node) throws IOException, InterruptedException {
    var trail = trail(node);
    long after = node.path("after").asLong();
    long head = node.path("head").asLong();
    if (trail.begun()) {
      counters.count(Name.RESUMES);
    } else {
      trail.beganMicros(waits.nowMicros());
    }
    trail.subscribed(node.path("epoch").asInt(), head, after);
    if (seat.comesAndGoes()) {
      long asked = trail.askedBy(node.path("ref").asLong());
      admitted(trail, head, asked, asked < 0 ? -1 : after);
    }
    long to = Math.max(after, node.path("catchUp").path("to").asLong());
    return to > trail.last() ? catchUp(trail, to) : READ;
  }

  private Next catchUp(Trail trail, long to) throws IOException, InterruptedException {
    counters.count(Name.CATCH_UPS);
    while (trail.last() < to) {
      var answer =
          http.get(
              "/v1/channels/%s/events?after=%d&limit=%d&minSeq=%d&epoch=%d"
                  .formatted(trail.channel(), trail.last(), PAGE, to, trail.epoch()));
      if (answer.passing()) {
        counters.count(Name.REFUSALS);
        return new Next.SubscribeAgain(trail, 100);
      }
      if (isShutOut(trail, answer)) {
        return new Next.SubscribeAgain(trail, SHUT_OUT_MS);
      }
      if (leaps(trail, answer)) {
        continue;
      }
      if (answer.status() != 200) {
        throw new ProtocolViolation(
            "%s, channel %s: catch-up from %d to %d was answered %d %s"
                .formatted(
                    name, trail.channel(), trail.last(), to, answer.status(), answer.code()));
      }
      long before = trail.last();
      var history = HistoryAnswer.parse(answer.body());
      admitted(trail, history);
      for (var event : history.events()) {
        if (!(offer(trail, event, Via.CATCH_UP) instanceof Next.Read)) {
          return new Next.SubscribeAgain(trail, 0);
        }
      }
      if (trail.last() == before) {
        throw new ProtocolViolation(
            "%s, channel %s: history with minSeq=%d ends at seq %d"
                .formatted(name, trail.channel(), to, before));
      }
    }
    return READ;
  }

  /** Whether history was refused to one who may be refused; counted and kept if so. */
  boolean isShutOut(Trail trail, Answer answer) {
    if (!seat.comesAndGoes() || answer.status() != 403) {
      return false;
    }
    shutOut(trail);
    return true;
  }

  private void shutOut(Trail trail) {
    counters.count(Name.SHUT_OUT);
    access.refused(trail.channel(), new Refusal(seat.user(), name, 0));
  }

  /** Whether history begins later for this user; then the trail goes on from there. */
  boolean leaps(Trail trail, Answer answer) {
    if (!seat.comesAndGoes() || answer.status() != 410 || !answer.code().equals("history_gone")) {
      return false;
    }
    long first = answer.json().path("first").asLong();
    if (first <= trail.last() + 1) {
      throw new ProtocolViolation(
          "%s, channel %s: history after %d is gone, although it begins at %d"
              .formatted(name, trail.channel(), trail.last(), first));
    }
    trail.leapTo(first - 1);
    return true;
  }

  /** Keeps that history after the trail's end was shown, as of the answer's head. */
  void admitted(Trail trail, HistoryAnswer answer) {
    if (seat.comesAndGoes()) {
      var events = answer.events();
      long after = events.isEmpty() ? trail.last() : events.getFirst().seq() - 1;
      admitted(trail, answer.head(), trail.last(), after);
    }
  }

  private void admitted(Trail trail, long head, long asked, long after) {
    access.admitted(trail.channel(), new Admission(seat.user(), name, head, asked, after));
  }

  private Next revoked(JsonNode node) {
    var trail = trail(node);
    if (!seat.comesAndGoes()) {
      throw new ProtocolViolation(
          "%s, channel %s: revoked, although nobody was ever a member"
              .formatted(name, trail.channel()));
    }
    counters.count(Name.REVOKED);
    access.revoked(trail.channel(), new Revocation(seat.user(), name, node.path("seq").asLong()));
    return new Next.SubscribeAgain(trail, SHUT_OUT_MS);
  }

  private Next refused(JsonNode node) {
    var channel = node.path("channel").asText("");
    var trail = trails.get(channel);
    var code = node.path("code").asText();
    if (seat.comesAndGoes() && trail != null) {
      if (code.equals("forbidden")) {
        shutOut(trail);
        return new Next.SubscribeAgain(trail, SHUT_OUT_MS);
      }
      if (code.equals("superseded")) {
        return READ;
      }
    }
    counters.count(Name.REFUSALS);
    return switch (code) {
      case "not_ready", "overloaded", "rate_limited", "wait_timeout" ->
          trail == null
              ? new Next.Reconnect(200)
              : new Next.SubscribeAgain(trail, Math.max(50, node.path("retryAfterMs").asLong()));
      default ->
          throw new ProtocolViolation(
              "%s was refused: %s, %s".formatted(name, code, node.path("detail").asText()));
    };
  }

  private Trail trail(JsonNode node) {
    return trail(node.path("channel").asText(null));
  }

  private Trail trail(@Nullable String channel) {
    var trail = channel == null ? null : trails.get(channel);
    if (trail == null) {
      throw new ProtocolViolation(
          name + " got a frame of a channel it did not ask for: " + channel);
    }
    return trail;
  }
}
