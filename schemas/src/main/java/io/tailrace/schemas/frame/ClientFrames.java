package io.tailrace.schemas.frame;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.tailrace.schemas.frame.ClientFrame.Want;
import io.tailrace.schemas.problem.ProblemCode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads client frames. Never throws: what is no frame comes back as {@link Refused}. Unknown
 * members are ignored, so that newer clients can talk to older gateways.
 */
public final class ClientFrames {
  /** Most channels in one {@code subscribe}. */
  public static final int WANTS_MAX = 1000;

  /** Deepest nesting of a frame. */
  public static final int NESTING_MAX = 32;

  /** Longest device name, in characters. */
  public static final int DEVICE_LENGTH_MAX = 128;

  private static final long REF_MAX = 1L << 53;
  private static final Pattern CHAIN = Pattern.compile("[0-9a-f]{16}");
  private static final ObjectReader READER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(NESTING_MAX)
                          .maxNumberLength(400)
                          .build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build()
          .readerFor(JsonNode.class);

  private ClientFrames() {}

  /** Either a frame or why it is none. */
  public sealed interface Parsed {}

  /** A frame that can be acted on. */
  public record Read(ClientFrame frame) implements Parsed {}

  /**
   * A frame that cannot.
   *
   * @param code {@link ProblemCode#BAD_FRAME} where it could not be read at all, so the socket
   *     closes; {@link ProblemCode#BAD_REQUEST} where the frame is known but wrong
   */
  public record Refused(
      ProblemCode code, String detail, @Nullable Long ref, @Nullable String channel)
      implements Parsed {}

  /** Reads one message. */
  public static Parsed parse(byte[] utf8) {
    JsonNode node;
    try {
      node = READER.readValue(utf8);
    } catch (JsonProcessingException e) {
      return unreadable("not one JSON object: " + e.getOriginalMessage());
    } catch (IOException e) {
      return unreadable("not valid UTF-8");
    }
    if (!node.isObject()) {
      return unreadable("a frame is one JSON object with a member t");
    }
    JsonNode t = node.get("t");
    if (t == null || !t.isTextual()) {
      return unreadable("the member t is missing or no text");
    }
    Fields fields = new Fields(node);
    ClientFrame frame = frame(t.textValue(), fields);
    if (fields.fault != null) {
      return new Refused(
          ProblemCode.BAD_REQUEST, fields.fault, fields.refOrNull(), fields.channelOrNull());
    }
    return frame == null
        ? unreadable(
            "t is none of hello, subscribe, unsubscribe, auth, signal, presence, receipt,"
                + " ping, rendered")
        : new Read(frame);
  }

  private static Refused unreadable(String detail) {
    String shortened = detail.length() > 200 ? detail.substring(0, 200) : detail;
    return new Refused(ProblemCode.BAD_FRAME, shortened, null, null);
  }

  private static @Nullable ClientFrame frame(String t, Fields in) {
    return switch (t) {
      case "hello" ->
          new ClientFrame.Hello(
              in.ref(),
              in.text("token", 16_384),
              in.optionalText("device", DEVICE_LENGTH_MAX),
              (int) in.number("version", 0, Integer.MAX_VALUE));
      case "subscribe" -> subscribe(in);
      case "unsubscribe" -> new ClientFrame.Unsubscribe(in.ref(), in.text("channel", 300));
      case "auth" -> new ClientFrame.Auth(in.ref(), in.text("token", 16_384));
      case "ping" -> new ClientFrame.Ping(in.ref());
      case "signal" ->
          new ClientFrame.Signal(in.text("channel", 300), in.text("type", 100), in.raw("data"));
      case "presence" ->
          new ClientFrame.Presence(
              in.text("channel", 300), in.text("mode", 100), in.optionalRaw("data"));
      case "receipt" ->
          new ClientFrame.Receipt(in.text("channel", 300), in.number("seq", 0, Long.MAX_VALUE));
      case "rendered" ->
          new ClientFrame.Rendered(
              in.text("channel", 300), in.number("seq", 1, Long.MAX_VALUE), in.decimal("ms"));
      default -> null;
    };
  }

  private static ClientFrame subscribe(Fields in) {
    long ref = in.ref();
    JsonNode list = in.node.get("channels");
    if (list == null) {
      return new ClientFrame.Subscribe(ref, List.of(want(in)), false);
    }
    if (!list.isArray() || list.isEmpty() || list.size() > WANTS_MAX || in.node.has("channel")) {
      in.refuse(
          "channels must be a list of 1 to " + WANTS_MAX + " objects, without channel beside");
      return new ClientFrame.Subscribe(ref, List.of(), true);
    }
    List<Want> wants = new ArrayList<>(list.size());
    Set<String> names = new LinkedHashSet<>();
    for (JsonNode item : list) {
      if (!item.isObject()) {
        in.refuse("each of channels must be an object with a member channel");
        break;
      }
      Fields one = new Fields(item);
      Want want = want(one);
      if (one.fault != null) {
        in.refuse(one.fault);
        break;
      }
      if (!names.add(want.channel())) {
        in.refuse("channels names " + want.channel() + " twice");
        break;
      }
      wants.add(want);
    }
    return new ClientFrame.Subscribe(ref, wants, true);
  }

  private static Want want(Fields in) {
    String channel = in.text("channel", 300);
    Long after = in.optionalNumber("after");
    Long epoch = in.optionalNumber("epoch");
    String chain = in.optionalText("chain", 16);
    if (epoch != null && epoch > Integer.MAX_VALUE) {
      in.refuse("epoch is too large");
      epoch = null;
    }
    if (chain != null && !CHAIN.matcher(chain).matches()) {
      in.refuse("chain must be 16 lower-case hexadecimal digits");
    }
    return new Want(
        channel, after, epoch == null ? null : epoch.intValue(), chain, in.names("lanes"));
  }

  /** The members of one object; the first fault is kept, and the caller looks at it once. */
  private static final class Fields {
    private final JsonNode node;
    private @Nullable String fault;

    Fields(JsonNode node) {
      this.node = node;
    }

    void refuse(String why) {
      if (fault == null) {
        fault = why;
      }
    }

    @Nullable Long refOrNull() {
      JsonNode ref = node.get("ref");
      return ref != null && ref.isIntegralNumber() && ref.canConvertToLong()
          ? ref.longValue()
          : null;
    }

    @Nullable String channelOrNull() {
      JsonNode channel = node.get("channel");
      return channel != null && channel.isTextual() && channel.textValue().length() <= 300
          ? channel.textValue()
          : null;
    }

    long ref() {
      return number("ref", 0, REF_MAX);
    }

    String text(String name, int lengthMax) {
      String text = optionalText(name, lengthMax);
      if (text == null) {
        refuse(name + " is missing");
        return "";
      }
      return text;
    }

    @Nullable String optionalText(String name, int lengthMax) {
      JsonNode value = node.get(name);
      if (value == null || value.isNull()) {
        return null;
      }
      if (!value.isTextual() || value.textValue().length() > lengthMax) {
        refuse(name + " must be text of at most " + lengthMax + " characters");
        return null;
      }
      return value.textValue();
    }

    long number(String name, long least, long most) {
      JsonNode value = node.get(name);
      if (value == null
          || !value.isIntegralNumber()
          || !value.canConvertToLong()
          || value.longValue() < least
          || value.longValue() > most) {
        refuse(name + " must be a whole number from " + least + " to " + most);
        return least;
      }
      return value.longValue();
    }

    @Nullable Long optionalNumber(String name) {
      JsonNode value = node.get(name);
      return value == null || value.isNull() ? null : (Long) number(name, 0, Long.MAX_VALUE);
    }

    double decimal(String name) {
      JsonNode value = node.get(name);
      if (value == null || !value.isNumber() || !(Math.abs(value.doubleValue()) <= 1e12)) {
        refuse(name + " must be a number");
        return 0;
      }
      return value.doubleValue();
    }

    String raw(String name) {
      String raw = optionalRaw(name);
      if (raw == null) {
        refuse(name + " is missing");
        return "null";
      }
      return raw;
    }

    @Nullable String optionalRaw(String name) {
      JsonNode value = node.get(name);
      return value == null ? null : value.toString();
    }

    Set<String> names(String name) {
      JsonNode value = node.get(name);
      if (value == null || value.isNull()) {
        return Set.of();
      }
      Set<String> names = new LinkedHashSet<>();
      boolean good = value.isArray() && value.size() <= 16;
      for (JsonNode item : value) {
        good = good && item.isTextual();
        names.add(item.asText());
      }
      if (!good) {
        refuse(name + " must be a list of at most 16 names");
      }
      return names;
    }
  }
}
