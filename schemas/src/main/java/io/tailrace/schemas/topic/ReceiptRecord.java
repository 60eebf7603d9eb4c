package io.tailrace.schemas.topic;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.tailrace.schemas.frame.JsonText;
import io.tailrace.schemas.name.Channel;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * How far a user has read a channel: a record of {@link Topics#RECEIPTS}.
 *
 * <p>The key is {@code tenant/kind:id/user}: no name before the user's has a second slash, so the
 * rest is the user, whatever it contains. The value is {@code {"epoch":1,"seq":5}}. A record lies
 * on the partition of its channel's events, which its key alone would not give. One without value
 * forgets what the user has read.
 *
 * <p>Of two records of one key the one further on counts, wherever they stand in the topic. Who
 * finds one of less behind one of more writes the one of more again: compaction keeps the last.
 */
public final class ReceiptRecord {
  private static final JsonFactory JSON = new JsonFactory();
  private static final int VALUE_BYTES_MAX = 1024;

  private ReceiptRecord() {}

  /** Whose place in which channel. */
  public record Key(Channel channel, String user) {
    /** As it stands in the topic. */
    public String text() {
      return channel.full() + '/' + user;
    }
  }

  /**
   * Up to where; ordered by epoch, then seq: a seq of a later numbering is further on than any of
   * an earlier one.
   *
   * @param epoch epoch of {@code seq}
   * @param seq the last seq that was read
   */
  public record Place(int epoch, long seq) implements Comparable<Place> {
    /** As it stands in the topic. */
    public byte[] json() {
      return new JsonText(48)
          .ascii("{\"epoch\":")
          .number(epoch)
          .ascii(",\"seq\":")
          .number(seq)
          .put('}')
          .toByteArray();
    }

    @Override
    public int compareTo(Place other) {
      return epoch == other.epoch
          ? Long.compare(seq, other.seq)
          : Integer.compare(epoch, other.epoch);
    }
  }

  /**
   * Reads a key.
   *
   * @throws BadRecordException where it is none
   */
  public static Key readKey(String text) throws BadRecordException {
    int first = text.indexOf('/');
    int second = first < 0 ? -1 : text.indexOf('/', first + 1);
    Channel channel = second < 0 ? null : Channel.parseFull(text.substring(0, second));
    if (channel == null || second == text.length() - 1) {
      throw new BadRecordException("the key of a receipt is tenant/kind:id/user");
    }
    return new Key(channel, text.substring(second + 1));
  }

  /** The full name of the channel in a key, which places its record; the key where it is none. */
  public static String placedBy(String key) {
    int second = key.indexOf('/', key.indexOf('/') + 1);
    return second < 0 ? key : key.substring(0, second);
  }

  /**
   * Reads a value.
   *
   * @return null where the record has no value
   * @throws BadRecordException where it is no receipt
   */
  public static @Nullable Place readPlace(byte @Nullable [] value) throws BadRecordException {
    if (value == null) {
      return null;
    }
    if (value.length > VALUE_BYTES_MAX) {
      throw new BadRecordException("the value of a receipt is too long");
    }
    long epoch = 0;
    long seq = -1;
    try (JsonParser json = JSON.createParser(value)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw new BadRecordException("the value of a receipt is no object");
      }
      for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
        json.nextToken();
        if (name.equals("epoch")) {
          epoch = json.getLongValue();
        } else if (name.equals("seq")) {
          seq = json.getLongValue();
        } else {
          json.skipChildren();
        }
      }
      if (json.currentToken() != JsonToken.END_OBJECT) {
        throw new BadRecordException("the value of a receipt is no object");
      }
    } catch (IOException e) {
      throw new BadRecordException("the value of a receipt is no such JSON", e);
    }
    if (epoch < 1 || epoch > Integer.MAX_VALUE || seq < 0) {
      throw new BadRecordException("a receipt names an epoch from 1 and a seq from 0");
    }
    return new Place((int) epoch, seq);
  }

  /**
   * Reads a record's key as bytes.
   *
   * @throws BadRecordException where it is none
   */
  public static Key readKey(byte @Nullable [] key) throws BadRecordException {
    if (key == null) {
      throw new BadRecordException("a receipt has a key");
    }
    return readKey(new String(key, UTF_8));
  }
}
