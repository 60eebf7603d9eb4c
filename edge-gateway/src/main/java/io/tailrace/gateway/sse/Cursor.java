package io.tailrace.gateway.sse;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where a reader stands in each of its channels, as text for {@code Last-Event-ID}: {@code
 * chat:a=1.42,chat:b=1.7}. Channel names hold none of the separators.
 *
 * @param places by {@code kind:id}
 */
record Cursor(Map<String, Place> places) {
  /** Longest text that is looked at. */
  static final int LENGTH_MAX = 32 * 1024;

  /** A place in one channel. */
  record Place(int epoch, long seq) {
    /** As it stands in the cursor. */
    String text() {
      return epoch + "." + seq;
    }
  }

  /** Parses a cursor; null where it is none. */
  static @Nullable Cursor parse(String text) {
    Map<String, Place> places = new LinkedHashMap<>();
    if (text.isEmpty() || text.length() > LENGTH_MAX) {
      return null;
    }
    for (String part : text.split(",", -1)) {
      int equals = part.indexOf('=');
      int dot = part.indexOf('.', equals + 1);
      if (equals < 1 || dot < 0) {
        return null;
      }
      try {
        int epoch = Integer.parseInt(part, equals + 1, dot, 10);
        long seq = Long.parseLong(part, dot + 1, part.length(), 10);
        if (epoch < 1
            || seq < 0
            || places.put(part.substring(0, equals), new Place(epoch, seq)) != null) {
          return null;
        }
      } catch (NumberFormatException _) {
        return null;
      }
    }
    return new Cursor(places);
  }

  /** The text that {@link #parse} takes. */
  String text() {
    StringBuilder text = new StringBuilder();
    places.forEach((channel, place) ->
        text.append(text.isEmpty() ? "" : ",").append(channel).append('=').append(place.text()));
    return text.toString();
  }
}
