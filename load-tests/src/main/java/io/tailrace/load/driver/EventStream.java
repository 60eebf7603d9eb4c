package io.tailrace.load.driver;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads server-sent events as the HTML standard (section 9.2.6) says: a line ends at CR LF, LF or
 * CR; only those, which is why U+2028 in a text must not matter. Owned by one thread.
 */
final class EventStream {

  /** One message; {@code data} is empty where it only set an id. */
  record Message(@Nullable String event, @Nullable String id, String data) {}

  private final InputStream in;
  private boolean afterCarriageReturn;

  EventStream(InputStream in) {
    this.in = in;
  }

  /** The next message, or null at the end of the stream. */
  @Nullable Message next() throws IOException {
    String event = null;
    String id = null;
    StringBuilder data = null;
    for (var line = line(); line != null; line = line()) {
      if (line.isEmpty()) {
        if (data != null || id != null) {
          return new Message(event, id, data == null ? "" : data.toString());
        }
        event = null;
        continue;
      }
      int colon = line.indexOf(':');
      var field = colon < 0 ? line : line.substring(0, colon);
      var value =
          colon < 0 ? "" : line.substring(line.startsWith(" ", colon + 1) ? colon + 2 : colon + 1);
      switch (field) {
        case "event" -> event = value;
        case "id" -> id = value;
        case "data" -> {
          if (data == null) {
            data = new StringBuilder();
          } else {
            data.append('\n');
          }
          data.append(value);
        }
        default -> {
          // Comments, retry and what the standard does not name.
        }
      }
    }
    return null;
  }

  private @Nullable String line() throws IOException {
    var bytes = new ByteArrayOutputStream(256);
    for (int b = in.read(); b >= 0; b = in.read()) {
      boolean skip = afterCarriageReturn && b == '\n';
      afterCarriageReturn = b == '\r';
      if (skip) {
        continue;
      }
      if (b == '\n' || b == '\r') {
        return bytes.toString(StandardCharsets.UTF_8);
      }
      bytes.write(b);
    }
    return null;
  }
}
