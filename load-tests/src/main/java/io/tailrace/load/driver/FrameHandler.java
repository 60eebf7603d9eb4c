package io.tailrace.load.driver;

import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tailrace.load.driver.Counters.Name;
import io.tailrace.load.oracle.Via;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
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
  private final String name;

  FrameHandler(String name, List<String> channels, Http http, Counters counters) {
    this.name = name;
    this.http = http;
    this.counters = counters;
    channels.forEach(channel -> trails.put(channel, new Trail(name, channel)));
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

  private Next subscribed(JsonNode node) throws IOException, InterruptedException {
    var trail = trail(node);
    long after = node.path("after").asLong();
    trail.subscribed(node.path("epoch").asInt(), node.path("head").asLong(), after);
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
      if (answer.status() != 200) {
        throw new ProtocolViolation(
            "%s, channel %s: catch-up from %d to %d was answered %d %s"
                .formatted(
                    name, trail.channel(), trail.last(), to, answer.status(), answer.code()));
      }
      long before = trail.last();
      for (var event : HistoryAnswer.parse(answer.body()).events()) {
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

  private Next refused(JsonNode node) {
    counters.count(Name.REFUSALS);
    var channel = node.path("channel").asText("");
    var trail = trails.get(channel);
    var code = node.path("code").asText();
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
