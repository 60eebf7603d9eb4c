package io.tailrace.load.bench;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The head of an HTTP answer, as much of it as a load generator needs.
 *
 * @param bytes the whole answer's length, head and body
 */
record ResponseHead(int status, int bytes) {
  private static final String LENGTH = "content-length:";

  /** The head in the first {@code to} bytes, or null where its end has not come yet. */
  static @Nullable ResponseHead of(byte[] bytes, int to) {
    int end = end(bytes, to);
    if (end < 0) {
      return null;
    }
    String head = new String(bytes, 0, end, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
    int length = head.indexOf(LENGTH);
    if (length < 0) {
      throw new IllegalStateException("an answer without Content-Length: " + head);
    }
    int line = head.indexOf('\r', length);
    int body = Integer.parseInt(head, length + LENGTH.length() + 1, line, 10);
    return new ResponseHead(Integer.parseInt(head, 9, 12, 10), end + body);
  }

  private static int end(byte[] bytes, int to) {
    for (int at = 3; at < to; at++) {
      if (bytes[at] == '\n' && bytes[at - 1] == '\r' && bytes[at - 2] == '\n') {
        return at + 1;
      }
    }
    return -1;
  }
}
