package io.tailrace.client.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.tailrace.client.Shed;
import io.tailrace.client.Signal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads frames. Events go another way than the rest, since their data is sliced, never parsed. */
public final class ServerMessages {
  private static final byte[] EVENT = "{\"t\":\"event\"".getBytes(StandardCharsets.US_ASCII);
  private static final JsonMapper JSON = new JsonMapper();

  private ServerMessages() {}

  /**
   * Reads one frame.
   *
   * @throws UnreadableException where it is none
   */
  public static ServerMessage parse(byte[] utf8) {
    if (utf8.length > EVENT.length
        && Arrays.equals(utf8, 0, EVENT.length, EVENT, 0, EVENT.length)) {
      return new ServerMessage.Event(EventReader.frame(utf8));
    }
    try {
      return read(JSON.readTree(utf8));
    } catch (IOException e) {
      throw new UnreadableException("not a frame: " + e.getMessage(), e);
    }
  }

  private static ServerMessage read(JsonNode frame) {
    String t = frame.path("t").asText();
    return switch (t) {
      case "welcome" ->
          new ServerMessage.Welcome(
              frame.path("session").asText(),
              frame.path("user").asText(),
              text(frame, "exp"),
              frame.path("heartbeatMs").asLong());
      case "subscribed" ->
          new ServerMessage.Subscribed(
              frame.path("ref").asLong(),
              required(frame, "channel"),
              frame.path("epoch").asInt(),
              frame.path("head").asLong(),
              frame.path("after").asLong(),
              number(frame.path("catchUp"), "to"));
      case "behind" ->
          new ServerMessage.Behind(
              required(frame, "channel"),
              frame.path("after").asLong(),
              frame.path("head").asLong());
      case "reset" ->
          new ServerMessage.Reset(
              required(frame, "channel"),
              frame.path("epoch").asInt(),
              frame.path("after").asLong());
      case "revoked" ->
          new ServerMessage.Revoked(required(frame, "channel"), frame.path("seq").asLong());
      case "error" ->
          new ServerMessage.Refused(
              number(frame, "ref"),
              text(frame, "channel"),
              required(frame, "code"),
              frame.path("detail").asText(),
              number(frame, "retryAfterMs"));
      case "drain" ->
          new ServerMessage.Drain(
              frame.path("reconnectAfterMs").asLong(), frame.path("deadlineMs").asLong());
      case "authed" -> new ServerMessage.Authed(text(frame, "exp"));
      case "signal" ->
          new ServerMessage.SignalShown(
              required(frame, "channel"),
              new Signal(
                  required(frame, "user"),
                  text(frame, "device"),
                  required(frame, "type"),
                  frame.path("data").toString()),
              frame.path("ttlMs").asLong());
      case "receipt" ->
          new ServerMessage.ReceiptShown(
              required(frame, "channel"), frame.path("epoch").asInt(), numbers(frame.path("read")));
      case "degraded" -> new ServerMessage.Shedding(shed(true, frame));
      case "recovered" -> new ServerMessage.Shedding(shed(false, frame));
      default -> new ServerMessage.Other(t);
    };
  }

  private static Shed shed(boolean ongoing, JsonNode frame) {
    Set<String> lanes = new HashSet<>();
    for (JsonNode lane : frame.path("lanes")) {
      lanes.add(lane.asText());
    }
    return new Shed(ongoing, lanes, numbers(frame.path("dropped")));
  }

  static Map<String, Long> numbers(JsonNode byName) {
    Map<String, Long> numbers = new HashMap<>();
    for (Map.Entry<String, JsonNode> one : byName.properties()) {
      numbers.put(one.getKey(), one.getValue().asLong());
    }
    return numbers;
  }

  private static String required(JsonNode frame, String name) {
    String text = text(frame, name);
    if (text == null) {
      throw new UnreadableException("a frame without " + name, null);
    }
    return text;
  }

  static @Nullable String text(JsonNode frame, String name) {
    JsonNode value = frame.get(name);
    return value == null || !value.isTextual() ? null : value.textValue();
  }

  static @Nullable Long number(JsonNode frame, String name) {
    JsonNode value = frame.get(name);
    return value == null || !value.canConvertToLong() || !value.isIntegralNumber()
        ? null
        : (Long) value.longValue();
  }
}
