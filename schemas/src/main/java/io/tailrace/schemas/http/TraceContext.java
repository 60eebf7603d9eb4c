package io.tailrace.schemas.http;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.AttachmentKey;
import io.undertow.util.HttpString;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;

/** W3C trace context: taken from the request where it is valid, made anew where it is not. */
public final class TraceContext {
  private static final HttpString HEADER = new HttpString("traceparent");
  private static final AttachmentKey<String> OF_EXCHANGE = AttachmentKey.create(String.class);
  private static final Pattern VALID = Pattern.compile("00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}");
  private static final HexFormat HEX = HexFormat.of();

  private TraceContext() {}

  /** The request's traceparent; the same at every call for one exchange. */
  public static String of(HttpServerExchange exchange) {
    String known = exchange.getAttachment(OF_EXCHANGE);
    if (known != null) {
      return known;
    }
    String given = exchange.getRequestHeaders().getFirst(HEADER);
    String traceparent = given != null && isValid(given) ? given : newTraceparent();
    exchange.putAttachment(OF_EXCHANGE, traceparent);
    return traceparent;
  }

  /** The 32 digits of the trace id in a valid traceparent. */
  public static String traceId(String traceparent) {
    return traceparent.substring(3, 35);
  }

  /** Whether the text is a traceparent of version 00 with ids that are not zero. */
  public static boolean isValid(String text) {
    return VALID.matcher(text).matches()
        && !text.startsWith("00000000000000000000000000000000", 3)
        && !text.startsWith("0000000000000000", 36);
  }

  /** A new, sampled trace. */
  public static String newTraceparent() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    String high = HEX.toHexDigits(random.nextLong());
    // Zero is no id; the lowest bit is worth less than a branch that nobody would ever see taken.
    String low = HEX.toHexDigits(random.nextLong() | 1);
    return "00-" + high + low + "-" + HEX.toHexDigits(random.nextLong() | 1) + "-01";
  }
}
