package io.tailrace.catchup.http;

import io.tailrace.catchup.auth.Reader;
import io.tailrace.catchup.stream.StreamFormat;
import io.tailrace.schemas.token.Identity;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import java.time.Duration;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request for a channel; whether its caller may read it is decided where it is answered.
 *
 * @param path what stands behind the channel's name, by its parts
 * @param format of the stream that is asked for; null: none is
 */
record Request(
    Identity who,
    String token,
    Reader reader,
    List<String> path,
    Map<String, Deque<String>> parameters,
    @Nullable StreamFormat format) {
  /** What an answer may take beside the time for which it was asked to wait. */
  private static final Duration OWN_WAITS = Duration.ofSeconds(10);

  private static final long POLL_MS_MAX = 30_000;

  static Request of(
      HttpServerExchange exchange, Identity who, String token, Reader reader, List<String> path) {
    return new Request(
        who,
        token,
        reader,
        path,
        exchange.getQueryParameters(),
        StreamFormat.accepted(exchange.getRequestHeaders().getFirst(Headers.ACCEPT)));
  }

  /** The path below a prefix that ends in a slash, with the query as it came. */
  String below(String query) {
    String name = reader.channel().name();
    String address = path.isEmpty() ? name : name + "/" + String.join("/", path);
    return query.isEmpty() ? address : address + "?" + query;
  }

  /** Whether the path could be one of these here: no dots, slashes or escapes in its parts. */
  boolean isPlain() {
    return path.stream()
        .allMatch(part ->
            part.chars().allMatch(c -> c == '-' || c < 128 && Character.isLetterOrDigit(c)));
  }

  boolean isOfPage() {
    return !path.isEmpty() && path.getFirst().equals("pages");
  }

  /** How long an answer may take to begin. */
  Duration longest() {
    Deque<String> asked = parameters.get("waitMs");
    try {
      long waitMs = asked == null ? 0 : Long.parseLong(asked.getFirst());
      return OWN_WAITS.plusMillis(Math.clamp(waitMs, 0, POLL_MS_MAX));
    } catch (NumberFormatException _) {
      return OWN_WAITS;
    }
  }

  /** What it is counted as. */
  String what() {
    if (path.isEmpty()) {
      return "channel";
    }
    return format == null ? path.getFirst() : "stream";
  }
}
