package io.tailrace.schemas.frame;

import io.tailrace.schemas.event.Chain;
import io.tailrace.schemas.event.Envelope;
import io.tailrace.schemas.event.Event;
import org.jspecify.annotations.Nullable;

/**
 * An event as JSON: the one writer of it for sockets, SSE and history. {@code data} is always the
 * last member and stands there byte for byte as it was written, so that a client can slice the raw
 * bytes out and compute the chain.
 */
public final class EventJson {
  private EventJson() {}

  /** The {@code event} frame. */
  public static void frame(JsonText out, Event event) {
    out.ascii("{\"t\":\"event\",\"channel\":").string(event.channel().name()).put(',');
    members(out, event);
  }

  /** The event as an element of history: without {@code t} and {@code channel}. */
  public static void element(JsonText out, Event event) {
    out.put('{');
    members(out, event);
  }

  private static void members(JsonText out, Event event) {
    Envelope envelope = event.envelope();
    out.ascii("\"seq\":").number(event.seq());
    out.ascii(",\"id\":").string(envelope.id());
    out.ascii(",\"type\":").string(envelope.type());
    present(out, ",\"entity\":", envelope.entity());
    present(out, ",\"author\":", envelope.author());
    out.ascii(",\"time\":").string(envelope.time());
    present(out, ",\"traceId\":", envelope.traceId());
    out.ascii(",\"chain\":\"").ascii(Chain.hex(event.chain())).ascii("\",\"data\":");
    out.raw(event.data()).put('}');
  }

  private static void present(JsonText out, String name, @Nullable String value) {
    if (value != null) {
      out.ascii(name).string(value);
    }
  }
}
