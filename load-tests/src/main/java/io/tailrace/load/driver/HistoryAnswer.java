package io.tailrace.load.driver;

import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An answer of {@code events}, {@code pages} or {@code snapshot}, which differ only in what the
 * list is called.
 *
 * @param seq the head at the first page of a snapshot, else 0
 * @param next {@code after} of the next page or the snapshot's cursor, or null
 */
public record HistoryAnswer(
    int epoch,
    long head,
    long seq,
    @Nullable String chain,
    List<SeenEvent> events,
    @Nullable String next) {

  public static HistoryAnswer parse(byte[] body) throws IOException {
    int epoch = 0;
    long head = 0;
    long seq = 0;
    String chain = null;
    String next = null;
    List<SeenEvent> events = new ArrayList<>();
    try (var parser = EventParser.over(body)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new ProtocolViolation("an answer of history is not a JSON object");
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        var field = parser.currentName();
        var token = parser.nextToken();
        switch (field) {
          case "epoch" -> epoch = parser.getIntValue();
          case "head" -> head = parser.getLongValue();
          case "seq" -> seq = parser.getLongValue();
          case "chain" -> chain = parser.getText();
          case "next" -> next = token == JsonToken.VALUE_NULL ? null : parser.getText();
          case "events", "entities" -> {
            while (parser.nextToken() != JsonToken.END_ARRAY) {
              events.add(EventParser.parse(parser, body));
            }
          }
          default -> parser.skipChildren();
        }
      }
    }
    return new HistoryAnswer(epoch, head, seq, chain, List.copyOf(events), next);
  }
}
