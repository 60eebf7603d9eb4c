package io.tailrace.load.driver;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.tailrace.schemas.event.Chain;
import io.tailrace.schemas.event.Envelope;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads events out of answers and frames and cuts their data out untouched, since the bytes are
 * what is compared. Stateless.
 */
public final class EventParser {
  private static final JsonFactory JSON = new JsonFactory();

  private EventParser() {}

  /** A parser over these bytes; offsets that it tells are offsets into them. */
  public static JsonParser over(byte[] utf8) throws IOException {
    return JSON.createParser(utf8);
  }

  /** One frame or object that is an event as a whole. */
  public static SeenEvent parse(byte[] utf8) throws IOException {
    try (var parser = over(utf8)) {
      parser.nextToken();
      return parse(parser, utf8);
    }
  }

  /** The event whose opening brace the parser stands on; leaves it on the closing one. */
  public static SeenEvent parse(JsonParser parser, byte[] utf8) throws IOException {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      throw new ProtocolViolation("an event is not a JSON object");
    }
    var fields = new Fields();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      var name = parser.currentName();
      parser.nextToken();
      if (name.equals("data")) {
        fields.data = raw(parser, utf8);
      } else {
        fields.take(name, parser);
      }
    }
    return fields.event();
  }

  /** The value that the parser stands on, as the bytes that were sent. */
  static byte[] raw(JsonParser parser, byte[] utf8) throws IOException {
    int from = (int) parser.currentTokenLocation().getByteOffset();
    parser.skipChildren();
    parser.finishToken();
    int to = (int) parser.currentLocation().getByteOffset();
    return Arrays.copyOfRange(utf8, from, to);
  }

  private static final class Fields {
    private @Nullable String channel;
    private long seq;
    private @Nullable String id;
    private @Nullable String type;
    private @Nullable String entity;
    private @Nullable String author;
    private @Nullable String time;
    private @Nullable String chain;
    private byte @Nullable [] data;

    void take(String name, JsonParser parser) throws IOException {
      switch (name) {
        case "channel" -> channel = parser.getText();
        case "seq" -> seq = parser.getLongValue();
        case "id" -> id = parser.getText();
        case "type" -> type = parser.getText();
        case "entity" -> entity = parser.getText();
        case "author" -> author = parser.getText();
        case "time" -> time = parser.getText();
        case "chain" -> chain = parser.getText();
        default -> parser.skipChildren();
      }
    }

    SeenEvent event() {
      if (seq < 1 || id == null || type == null || time == null || chain == null || data == null) {
        throw new ProtocolViolation(
            "an event lacks one of seq, id, type, time, chain, data (seq %d, id %s)"
                .formatted(seq, id));
      }
      var envelope = new Envelope(id, type, entity, author, time, null);
      return new SeenEvent(channel, seq, envelope, Chain.parse(chain), data);
    }
  }
}
