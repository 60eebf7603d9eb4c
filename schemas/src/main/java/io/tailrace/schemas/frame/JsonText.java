package io.tailrace.schemas.frame;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A growing byte buffer that JSON is written into, by hand where the hot path asks for it. Not
 * thread-safe; reusable after {@link #reset()}.
 */
public final class JsonText {
  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

  private byte[] bytes;
  private int length;

  /** With a first capacity in bytes. */
  public JsonText(int capacity) {
    bytes = new byte[Math.max(16, capacity)];
  }

  /** How many bytes have been written. */
  public int length() {
    return length;
  }

  /** The backing array; valid up to {@link #length()} until the next write. */
  public byte[] array() {
    return bytes;
  }

  /** Forgets what was written. */
  public JsonText reset() {
    length = 0;
    return this;
  }

  /** A copy of what was written. */
  public byte[] toByteArray() {
    return Arrays.copyOf(bytes, length);
  }

  /** Appends ASCII text as it is. */
  @SuppressWarnings("deprecation") // getBytes(int,…) copies ASCII without a charset's detour
  public JsonText ascii(String text) {
    int n = text.length();
    ensure(n);
    text.getBytes(0, n, bytes, length);
    length += n;
    return this;
  }

  /** Appends bytes as they are. */
  public JsonText raw(byte[] data) {
    return raw(data, 0, data.length);
  }

  /** Appends a range of bytes as they are. */
  public JsonText raw(byte[] data, int offset, int count) {
    ensure(count);
    System.arraycopy(data, offset, bytes, length, count);
    length += count;
    return this;
  }

  /** Appends one ASCII character as it is. */
  public JsonText put(char c) {
    ensure(1);
    bytes[length++] = (byte) c;
    return this;
  }

  /** Appends a number. */
  public JsonText number(long value) {
    return ascii(Long.toString(value));
  }

  /** Appends a JSON string: quoted, escaped, UTF-8. A lone surrogate becomes U+FFFD. */
  public JsonText string(String text) {
    int n = text.length();
    ensure(n + 2);
    bytes[length++] = '"';
    int i = 0;
    // Names, ids and times are plain ASCII: they take this loop only.
    for (; i < n; i++) {
      char c = text.charAt(i);
      if (c < 0x20 || c > 0x7e || c == '"' || c == '\\') {
        break;
      }
      bytes[length++] = (byte) c;
    }
    if (i < n) {
      rest(text, i);
    }
    return put('"');
  }

  private void rest(String text, int from) {
    int n = text.length();
    for (int i = from; i < n; i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        put('\\').put(c);
      } else if (c < 0x20) {
        escape(c);
      } else if (c < 0x80) {
        put(c);
      } else if (Character.isHighSurrogate(c)
          && i + 1 < n
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        raw(text.substring(i, i + 2).getBytes(StandardCharsets.UTF_8));
        i++;
      } else {
        raw(
            (Character.isSurrogate(c) ? "\ufffd" : text.substring(i, i + 1))
                .getBytes(StandardCharsets.UTF_8));
      }
    }
  }

  private void escape(char c) {
    ascii("\\u00").put((char) HEX[c >> 4]).put((char) HEX[c & 15]);
  }

  private void ensure(int more) {
    if (length + more > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
    }
  }
}
