package io.tailrace.write.limit;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/**
 * How many events of each kind a transaction's body asks for, found without building anything of
 * it: limits come before the work that they protect. It says nothing about whether the body is
 * right; of one that breaks off, what came before is counted.
 */
public final class KindCounts {
  private static final JsonFactory FACTORY =
      JsonFactory.builder().disable(JsonFactory.Feature.INTERN_FIELD_NAMES).build();
  private static final int KIND_LENGTH_MAX = 32;

  private KindCounts() {}

  /**
   * Counts.
   *
   * @param eventsMax where counting ends: a longer transaction is refused anyway
   */
  public static Map<String, Integer> of(byte[] body, int eventsMax) {
    Map<String, Integer> counts = new TreeMap<>();
    try (JsonParser json = FACTORY.createParser(body)) {
      int left = eventsMax;
      int depth = 0;
      for (JsonToken token = json.nextToken();
          token != null && left > 0;
          token = json.nextToken()) {
        if (token.isStructStart()) {
          depth++;
        } else if (token.isStructEnd()) {
          depth--;
        } else if (token == JsonToken.FIELD_NAME && depth == 3) {
          // The members of an event: {"events": [{"channel": …}]}
          boolean channel = "channel".equals(json.currentName());
          JsonToken value = json.nextToken();
          if (channel && value == JsonToken.VALUE_STRING) {
            left--;
            count(json.getText(), counts);
          } else if (value != null && value.isStructStart()) {
            json.skipChildren();
          }
        }
      }
    } catch (IOException _) {
      // The validator says what is wrong with it.
    }
    return counts;
  }

  private static void count(String channel, Map<String, Integer> counts) {
    int colon = channel.indexOf(':');
    if (colon > 0 && colon <= KIND_LENGTH_MAX) {
      counts.merge(channel.substring(0, colon), 1, Integer::sum);
    }
  }
}
