package io.tailrace.client.wire;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.tailrace.client.Place;
import io.tailrace.schemas.event.Chain;
import io.tailrace.schemas.frame.JsonText;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes the frames that this client sends. */
public final class ClientMessages {
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

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

  /**
   * Says something to those who are live in a channel.
   *
   * @param data JSON text that has passed {@link #checkJson}
   */
  public static String signal(String channel, String type, String data) {
    JsonText out = start("signal").ascii(",\"channel\":").string(channel);
    byte[] json = data.getBytes(StandardCharsets.UTF_8);
    return end(out.ascii(",\"type\":").string(type).ascii(",\"data\":").raw(json));
  }

  /** Says how far the user has read. */
  public static String receipt(String channel, long seq) {
    return end(
        start("receipt").ascii(",\"channel\":").string(channel).ascii(",\"seq\":").number(seq));
  }

  /**
   * Looks whether a text is one JSON value, which breaks no frame that it is put into.
   *
   * @throws IllegalArgumentException where it is none
   */
  public static void checkJson(String text) {
    try {
      if (JSON.readTree(text).isMissingNode()) {
        throw new IllegalArgumentException("data must be JSON: there is nothing");
      }
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("data must be JSON: " + e.getOriginalMessage(), e);
    }
  }

  private static JsonText start(String t) {
    return new JsonText(128).ascii("{\"t\":\"").ascii(t).put('"');
  }

  private static JsonText start(String t, long ref) {
    return start(t).ascii(",\"ref\":").number(ref);
  }

  private static String end(JsonText out) {
    return new String(out.put('}').toByteArray(), StandardCharsets.UTF_8);
  }
}
