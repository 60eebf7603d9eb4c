package io.tailrace.client.wire;

import io.tailrace.client.Place;
import io.tailrace.schemas.event.Chain;
import io.tailrace.schemas.frame.JsonText;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes the frames that this client sends. */
public final class ClientMessages {
  private ClientMessages() {}

  /** One wanted channel with the place to go on from, or null for live only. */
  public record Want(String channel, @Nullable Place place) {}

  /** The first frame. */
  public static String hello(long ref, String token, @Nullable String device) {
    JsonText out = start("hello", ref).ascii(",\"token\":").string(token);
    if (device != null) {
      out.ascii(",\"device\":").string(device);
    }
    return end(out.ascii(",\"version\":1"));
  }

  /** Asks for channels, all in one frame. */
  public static String subscribe(long ref, List<Want> wants) {
    JsonText out = start("subscribe", ref).ascii(",\"channels\":[");
    String separator = "";
    for (Want want : wants) {
      out.ascii(separator).ascii("{\"channel\":").string(want.channel());
      separator = ",";
      Place place = want.place();
      if (place != null) {
        out.ascii(",\"after\":").number(place.seq());
        if (place.epoch() > 0) {
          out.ascii(",\"epoch\":").number(place.epoch());
        }
        Long chain = place.chain();
        if (chain != null && place.seq() > 0) {
          out.ascii(",\"chain\":\"").ascii(Chain.hex(chain)).put('"');
        }
      }
      out.put('}');
    }
    return end(out.put(']'));
  }

  /** Ends a subscription. */
  public static String unsubscribe(long ref, String channel) {
    return end(start("unsubscribe", ref).ascii(",\"channel\":").string(channel));
  }

  /** Brings a fresh token. */
  public static String auth(long ref, String token) {
    return end(start("auth", ref).ascii(",\"token\":").string(token));
  }

  /** Shows that somebody is there. */
  public static String ping(long ref) {
    return end(start("ping", ref));
  }

  private static JsonText start(String t, long ref) {
    return new JsonText(128).ascii("{\"t\":\"").ascii(t).ascii("\",\"ref\":").number(ref);
  }

  private static String end(JsonText out) {
    return new String(out.put('}').toByteArray(), StandardCharsets.UTF_8);
  }
}
