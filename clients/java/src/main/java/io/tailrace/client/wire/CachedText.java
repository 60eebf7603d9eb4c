package io.tailrace.client.wire;

import io.tailrace.client.Cached;
import io.tailrace.client.ChannelEvent;
import io.tailrace.client.Place;
import io.tailrace.schemas.event.Chain;
import io.tailrace.schemas.event.Envelope;
import io.tailrace.schemas.frame.JsonText;
import org.jspecify.annotations.Nullable;

/** What a cache holds, as JSON: a page of history with the place that was reached. */
public final class CachedText {
  private CachedText() {}

  /** UTF-8. */
  public static byte[] write(Cached cached) {
    Place place = cached.place();
    JsonText out = new JsonText(512);
    out.ascii("{\"channel\":").string(cached.channel());
    out.ascii(",\"epoch\":").number(place.epoch());
    out.ascii(",\"seq\":").number(place.seq());
    Long chain = place.chain();
    if (chain != null) {
      out.ascii(",\"chain\":\"").ascii(Chain.hex(chain)).put('"');
    }
    out.ascii(",\"complete\":").ascii(Boolean.toString(cached.complete()));
    out.ascii(",\"events\":[");
    String separator = "";
    for (ChannelEvent event : cached.events()) {
      out.ascii(separator);
      separator = ",";
      element(out, event);
    }
    return out.ascii("]}").toByteArray();
  }

  private static void element(JsonText out, ChannelEvent event) {
    Envelope envelope = event.envelope();
    out.ascii("{\"seq\":").number(event.seq());
    out.ascii(",\"id\":").string(envelope.id());
    out.ascii(",\"type\":").string(envelope.type());
    optional(out, "entity", envelope.entity());
    optional(out, "author", envelope.author());
    out.ascii(",\"time\":").string(envelope.time());
    optional(out, "traceId", event.traceId());
    out.ascii(",\"chain\":\"").ascii(Chain.hex(event.chain()));
    out.ascii("\",\"data\":").raw(event.data()).put('}');
  }

  private static void optional(JsonText out, String name, @Nullable String value) {
    if (value != null) {
      out.ascii(",\"").ascii(name).ascii("\":").string(value);
    }
  }

  /**
   * Reads what {@link #write} wrote of this channel.
   *
   * @throws UnreadableException where it is anything else
   */
  public static Cached read(String channel, byte[] text) {
    return HistoryAnswers.cached(channel, text);
  }
}
