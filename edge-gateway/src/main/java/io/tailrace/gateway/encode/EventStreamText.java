package io.tailrace.gateway.encode;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Builds server-sent events (HTML Living Standard, section 9.2).
 *
 * <p>A line ends at LF, CR or both, so data that holds a raw line end is split over several {@code
 * data:} lines; the reader joins them with LF. JSON cannot hold a raw line end inside a string,
 * only between tokens, so what the reader parses is the same value in any case.
 */
public final class EventStreamText {
  private static final byte[] EVENT = ascii("event: ");
  private static final byte[] ID = ascii("id: ");
  private static final byte[] DATA = ascii("data: ");

  private EventStreamText() {}

  /** An event with a name and data. */
  public static byte[] event(String name, byte[] data) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(data.length + 48);
    writeName(out, name);
    writeData(out, data);
    out.write('\n');
    return out.toByteArray();
  }

  /**
   * An event that also moves the reader's {@code Last-Event-ID}.
   *
   * @param id printable ASCII
   */
  public static byte[] event(String name, String id, byte[] data) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(data.length + id.length() + 56);
    writeName(out, name);
    out.writeBytes(ID);
    out.writeBytes(ascii(id));
    out.write('\n');
    writeData(out, data);
    out.write('\n');
    return out.toByteArray();
  }

  /** How long a reader waits before it connects again. */
  public static byte[] retry(long milliseconds) {
    return ascii("retry: " + milliseconds + "\n\n");
  }

  /** A line that readers skip: it keeps proxies from timing out and finds dead peers. */
  public static byte[] comment() {
    return ascii(":\n\n");
  }

  private static void writeName(ByteArrayOutputStream out, String name) {
    out.writeBytes(EVENT);
    out.writeBytes(ascii(name));
    out.write('\n');
  }

  private static void writeData(ByteArrayOutputStream out, byte[] data) {
    out.writeBytes(DATA);
    int from = 0;
    for (int i = 0; i < data.length; i++) {
      byte b = data[i];
      if (b == '\n' || b == '\r') {
        out.write(data, from, i - from);
        out.write('\n');
        out.writeBytes(DATA);
        if (b == '\r' && i + 1 < data.length && data[i + 1] == '\n') {
          i++;
        }
        from = i + 1;
      }
    }
    out.write(data, from, data.length - from);
    out.write('\n');
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
