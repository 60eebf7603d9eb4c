package io.tailrace.client.wire;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.tailrace.client.ChannelEvent;
import io.tailrace.schemas.event.Chain;
import io.tailrace.schemas.event.Envelope;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads event objects. {@code data} is the last member and its bytes count (the chain covers them,
 * white space around the value included), so it is sliced out of the text between its colon and the
 * brace that ends the event.
 */
final class EventReader {
  private static final JsonFactory JSON = new JsonFactory();
  private static final byte[] DATA = "\"data\":".getBytes(StandardCharsets.US_ASCII);

  private final byte[] text;
  private String channel = "";
  private long seq;
  private String id = "";
  private String type = "";
  private @Nullable String entity;
  private @Nullable String author;
  private String time = "";
  private @Nullable String traceId;
  private long chain;
  private int dataFrom = -1;

  private EventReader(byte[] text) {
    this.text = text;
  }

  /** A whole frame. */
  static ChannelEvent frame(byte[] text) {
    return element(text, 0, text.length, "", 0);
  }

  /** One element of history, which lies between two offsets, both braces included. */
  static ChannelEvent element(byte[] text, int from, int to, String channel, int epoch) {
    EventReader reader = new EventReader(text);
    reader.channel = channel;
    try (JsonParser in = JSON.createParser(text, from, to - from)) {
      reader.members(in, from);
    } catch (IOException | IllegalArgumentException e) {
      throw new UnreadableException("not an event: " + e.getMessage(), e);
    }
    if (reader.dataFrom < 0 || reader.seq < 1) {
      throw new UnreadableException("an event without data or seq", null);
    }
    return reader.event(epoch, lastBrace(text, to));
  }

  private ChannelEvent event(int epoch, int dataTo) {
    return new ChannelEvent(
        channel,
        epoch,
        seq,
        new Envelope(id, type, entity, author, time, null),
        traceId,
        chain,
        Arrays.copyOfRange(text, dataFrom, dataTo));
  }

  private void members(JsonParser in, int base) throws IOException {
    in.nextToken();
    while (in.nextToken() == JsonToken.FIELD_NAME) {
      String name = in.currentName();
      if (name.equals("data")) {
        int quote = base + (int) in.currentTokenLocation().getByteOffset();
        if (!Arrays.equals(text, quote, quote + DATA.length, DATA, 0, DATA.length)) {
          throw new UnreadableException("data is not written as the protocol writes it", null);
        }
        dataFrom = quote + DATA.length;
        return; // it is the last member
      }
      in.nextToken();
      switch (name) {
        case "channel" -> channel = in.getText();
        case "seq" -> seq = in.getLongValue();
        case "id" -> id = in.getText();
        case "type" -> type = in.getText();
        case "entity" -> entity = in.getText();
        case "author" -> author = in.getText();
        case "time" -> time = in.getText();
        case "traceId" -> traceId = in.getText();
        case "chain" -> chain = Chain.parse(in.getText());
        default -> in.skipChildren(); // a newer server may say more
      }
    }
  }

  private static int lastBrace(byte[] text, int to) {
    int at = to - 1;
    while (at > 0 && text[at] != '}') {
      at--;
    }
    return at;
  }
}
