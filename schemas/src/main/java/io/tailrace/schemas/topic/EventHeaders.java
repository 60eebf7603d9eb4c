package io.tailrace.schemas.topic;

import io.tailrace.schemas.event.Chain;
import io.tailrace.schemas.event.Envelope;
import io.tailrace.schemas.event.Event;
import io.tailrace.schemas.event.OutboxRecord;
import io.tailrace.schemas.event.Position;
import io.tailrace.schemas.event.Times;
import io.tailrace.schemas.name.Channel;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Events as Kafka records: CloudEvents 1.0 in Kafka's binary content mode, so that the value is the
 * writer's JSON byte for byte and all else stands in headers.
 *
 * <p>Of a header that stands twice the last one counts, as Kafka's own {@code lastHeader} has it.
 */
public final class EventHeaders {
  /** The position in the source; only on {@link Topics#OUTBOX}. */
  public static final String POSITION = "tr_position";

  /** Place in the channel, zero-padded to 20 digits. */
  public static final String SEQUENCE = "ce_sequence";

  /** Epoch of the log. */
  public static final String EPOCH = "ce_epoch";

  /** Chain at the event, 16 hexadecimal digits. */
  public static final String CHAIN = "ce_chain";

  /** The event's id. */
  public static final String ID = "ce_id";

  private static final String SPEC_VERSION = "ce_specversion";
  private static final String TYPE = "ce_type";
  private static final String SOURCE = "ce_source";
  private static final String SUBJECT = "ce_subject";
  private static final String TIME = "ce_time";
  private static final String ENTITY = "ce_entity";
  private static final String AUTHOR = "ce_author";
  private static final String TRACEPARENT = "traceparent";
  private static final String CONTENT_TYPE = "content-type";
  private static final byte[] SPEC_1_0 = utf8("1.0");
  private static final byte[] JSON = utf8("application/json");

  private EventHeaders() {}

  /** Adds the CloudEvents attributes of an event. */
  public static void writeEnvelope(Headers headers, Channel channel, Envelope envelope) {
    headers.add(SPEC_VERSION, SPEC_1_0);
    headers.add(ID, utf8(envelope.id()));
    headers.add(TYPE, utf8(envelope.type()));
    headers.add(SOURCE, utf8("/tailrace/" + channel.tenant()));
    headers.add(SUBJECT, utf8(channel.name()));
    headers.add(TIME, utf8(envelope.time()));
    headers.add(CONTENT_TYPE, JSON);
    addPresent(headers, ENTITY, envelope.entity());
    addPresent(headers, AUTHOR, envelope.author());
    addPresent(headers, TRACEPARENT, envelope.traceparent());
  }

  /** Reads the CloudEvents attributes. */
  public static Envelope readEnvelope(Headers headers) throws BadRecordException {
    return new Envelope(
        required(headers, ID),
        required(headers, TYPE),
        text(headers, ENTITY),
        text(headers, AUTHOR),
        required(headers, TIME),
        text(headers, TRACEPARENT));
  }

  /** The trace of a record's write, for logs; {@code none} where it has none. */
  public static String traceOf(Headers headers) {
    String traceparent = text(headers, TRACEPARENT);
    return traceparent == null || traceparent.length() < 35 ? "none" : traceparent.substring(3, 35);
  }

  /** Adds the position of a row. */
  public static void writePosition(Headers headers, Position position) {
    headers.add(POSITION, utf8(position.encode()));
  }

  /** Reads the position of a row. */
  public static Position readPosition(Headers headers) throws BadRecordException {
    String text = required(headers, POSITION);
    try {
      return Position.parse(text);
    } catch (IllegalArgumentException e) {
      throw new BadRecordException("header " + POSITION + " is no position", e);
    }
  }

  /** Adds epoch, seq and chain. */
  public static void writeSequence(Headers headers, int epoch, long seq, long chain) {
    headers.add(EPOCH, utf8(Integer.toString(epoch)));
    headers.add(SEQUENCE, padded(seq));
    headers.add(CHAIN, utf8(Chain.hex(chain)));
  }

  /** The channel that a record's key names. */
  public static Channel channelOf(byte @Nullable [] key) throws BadRecordException {
    if (key == null) {
      throw new BadRecordException("the record has no key");
    }
    Channel channel = Channel.parseFull(new String(key, StandardCharsets.UTF_8));
    if (channel == null) {
      throw new BadRecordException("the key is not a channel name tenant/kind:id");
    }
    return channel;
  }

  /** The id of an event without reading anything else; null where it has none. */
  public static @Nullable String idOf(Headers headers) {
    return text(headers, ID);
  }

  /**
   * The commit time that a record's headers tell, in milliseconds since 1970: what its own
   * timestamp is not, where the topic counts from arrival.
   */
  public static long commitMs(Headers headers) throws BadRecordException {
    try {
      return Math.floorDiv(Times.parseMicros(required(headers, TIME)), 1000L);
    } catch (DateTimeException e) {
      throw new BadRecordException("header " + TIME + " is no time", e);
    }
  }

  /** Reads a record of {@link Topics#OUTBOX}. */
  public static OutboxRecord readOutbox(
      byte @Nullable [] key, Headers headers, byte @Nullable [] value) throws BadRecordException {
    return new OutboxRecord(
        channelOf(key), readEnvelope(headers), readPosition(headers), present(value));
  }

  /** Reads a record of {@link Topics#EVENTS}. */
  public static Event readEvent(byte @Nullable [] key, Headers headers, byte @Nullable [] value)
      throws BadRecordException {
    Channel channel = channelOf(key);
    Envelope envelope = readEnvelope(headers);
    int epoch = (int) number(headers, EPOCH);
    long seq = number(headers, SEQUENCE);
    String chain = required(headers, CHAIN);
    try {
      return new Event(channel, envelope, epoch, seq, Chain.parse(chain), present(value));
    } catch (IllegalArgumentException e) {
      throw new BadRecordException("header " + CHAIN + " is no chain", e);
    }
  }

  private static byte[] present(byte @Nullable [] value) throws BadRecordException {
    if (value == null) {
      throw new BadRecordException("the record has no value");
    }
    return value;
  }

  private static long number(Headers headers, String name) throws BadRecordException {
    Header header = headers.lastHeader(name);
    if (header == null) {
      throw new BadRecordException("header " + name + " is missing");
    }
    byte[] digits = header.value();
    if (digits == null || digits.length == 0 || digits.length > 20) {
      throw new BadRecordException("header " + name + " is no number");
    }
    long number = 0;
    for (byte digit : digits) {
      if (digit < '0' || digit > '9' || number > (Long.MAX_VALUE - 9) / 10) {
        throw new BadRecordException("header " + name + " is no number");
      }
      number = number * 10 + (digit - '0');
    }
    return number;
  }

  private static byte[] padded(long seq) {
    byte[] digits = new byte[20];
    long rest = seq;
    for (int i = 19; i >= 0; i--) {
      digits[i] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    return digits;
  }

  private static void addPresent(Headers headers, String name, @Nullable String value) {
    if (value != null) {
      headers.add(name, utf8(value));
    }
  }

  private static String required(Headers headers, String name) throws BadRecordException {
    String text = text(headers, name);
    if (text == null) {
      throw new BadRecordException("header " + name + " is missing");
    }
    return text;
  }

  private static @Nullable String text(Headers headers, String name) {
    Header header = headers.lastHeader(name);
    return header == null || header.value() == null
        ? null
        : new String(header.value(), StandardCharsets.UTF_8);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
