package io.tailrace.schemas.frame;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes server frames as JSON. */
public final class ServerFrames {
  private ServerFrames() {}

  /** One frame, UTF-8. */
  public static byte[] encode(ServerFrame frame) {
    JsonText out = new JsonText(160);
    switch (frame) {
      case ServerFrame.Welcome f -> welcome(out, f);
      case ServerFrame.Subscribed f -> subscribed(out, f);
      case ServerFrame.Unsubscribed f -> start(out, "unsubscribed", f.ref(), f.channel());
      case ServerFrame.Authed f -> text(start(out, "authed", f.ref(), null), "exp", f.exp());
      case ServerFrame.Pong f -> text(start(out, "pong", f.ref(), null), "time", f.time());
      case ServerFrame.Behind f ->
          number(
              number(start(out, "behind", null, f.channel()), "after", f.after()),
              "head",
              f.head());
      case ServerFrame.Reset f ->
          number(
              number(start(out, "reset", null, f.channel()), "epoch", f.epoch()),
              "after",
              f.after());
      case ServerFrame.Revoked f ->
          number(start(out, "revoked", null, f.channel()), "seq", f.seq());
      case ServerFrame.Degraded f ->
          shed(start(out, "degraded", null, null), f.lanes(), f.dropped());
      case ServerFrame.Recovered f ->
          shed(start(out, "recovered", null, null), f.lanes(), f.dropped());
      case ServerFrame.Drain f ->
          number(
              number(start(out, "drain", null, null), "reconnectAfterMs", f.reconnectAfterMs()),
              "deadlineMs",
              f.deadlineMs());
      case ServerFrame.Err f -> error(out, f);
      case ServerFrame.Cursor f -> cursor(out, f);
    }
    return out.put('}').toByteArray();
  }

  private static void welcome(JsonText out, ServerFrame.Welcome f) {
    start(out, "welcome", f.ref(), null);
    text(out, "session", f.session());
    text(out, "user", f.user());
    text(out, "exp", f.exp());
    number(out, "heartbeatMs", f.heartbeatMs());
    out.ascii(",\"limits\":{");
    String separator = "";
    for (Map.Entry<String, Long> limit : f.limits().entrySet()) {
      out.ascii(separator).string(limit.getKey()).put(':').number(limit.getValue());
      separator = ",";
    }
    out.put('}');
    text(out, "time", f.time());
    text(out, "region", f.region());
  }

  private static void subscribed(JsonText out, ServerFrame.Subscribed f) {
    start(out, "subscribed", f.ref(), f.channel());
    number(out, "epoch", f.epoch());
    number(out, "head", f.head());
    number(out, "after", f.after());
    if (f.catchUp() != null) {
      out.ascii(",\"catchUp\":{\"after\":").number(f.catchUp().after());
      number(out, "to", f.catchUp().to()).put('}');
    }
  }

  private static void shed(JsonText out, List<String> lanes, Map<String, Long> dropped) {
    out.ascii(",\"lanes\":[");
    String separator = "";
    for (String lane : lanes) {
      out.ascii(separator).string(lane);
      separator = ",";
    }
    out.ascii("],\"dropped\":{");
    separator = "";
    for (Map.Entry<String, Long> total : dropped.entrySet()) {
      out.ascii(separator).string(total.getKey()).put(':').number(total.getValue());
      separator = ",";
    }
    out.put('}');
  }

  private static void error(JsonText out, ServerFrame.Err f) {
    start(out, "error", f.ref(), f.channel());
    text(out, "code", f.code());
    text(out, "detail", f.detail());
    if (f.retryAfterMs() != null) {
      number(out, "retryAfterMs", f.retryAfterMs());
    }
  }

  private static void cursor(JsonText out, ServerFrame.Cursor f) {
    start(out, "cursor", null, null).ascii(",\"channels\":{");
    String separator = "";
    for (Map.Entry<String, String> place : f.channels().entrySet()) {
      out.ascii(separator).string(place.getKey()).put(':').string(place.getValue());
      separator = ",";
    }
    out.put('}');
  }

  private static JsonText start(
      JsonText out, String t, @Nullable Long ref, @Nullable String channel) {
    out.ascii("{\"t\":\"").ascii(t).put('"');
    if (ref != null) {
      number(out, "ref", ref);
    }
    if (channel != null) {
      text(out, "channel", channel);
    }
    return out;
  }

  private static JsonText number(JsonText out, String name, long value) {
    return out.ascii(",\"").ascii(name).ascii("\":").number(value);
  }

  private static JsonText text(JsonText out, String name, String value) {
    return out.ascii(",\"").ascii(name).ascii("\":").string(value);
  }
}
