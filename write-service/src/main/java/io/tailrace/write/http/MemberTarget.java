package io.tailrace.write.http;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * {@code /v1/channels/{channel}/members[/{user}]}, read from the address as it was sent: a user's
 * name may hold any character, so it is decoded here, once, and a slash in it is {@code %2F}.
 *
 * @param channel decoded, else not looked at; null where it is not percent-encoded as it must be
 * @param hasUser whether the address names one
 * @param user decoded; null where there is none, or it is not percent-encoded as it must be
 */
record MemberTarget(@Nullable String channel, boolean hasUser, @Nullable String user) {
  private static final String BEFORE = "/v1/channels/";
  private static final String MEMBERS = "/members";

  /**
   * Characters that stand for themselves in a segment (RFC 3986, pchar), beside letters, digits.
   */
  private static final String PLAIN = "-._~!$&'()*+,=:@";

  /** Reads a path as it was sent; null where it is another address. */
  static @Nullable MemberTarget of(String rawPath) {
    if (!rawPath.startsWith(BEFORE)) {
      return null;
    }
    int slash = rawPath.indexOf('/', BEFORE.length());
    if (slash <= BEFORE.length() || !rawPath.startsWith(MEMBERS, slash)) {
      return null;
    }
    String channel = decode(rawPath.substring(BEFORE.length(), slash));
    int end = slash + MEMBERS.length();
    if (end == rawPath.length()) {
      return new MemberTarget(channel, false, null);
    }
    if (rawPath.charAt(end) != '/' || rawPath.indexOf('/', end + 1) >= 0) {
      return null;
    }
    return new MemberTarget(channel, true, decode(rawPath.substring(end + 1)));
  }

  /** One segment; null where it is empty or not exactly what an encoder writes. */
  static @Nullable String decode(String segment) {
    ByteBuffer bytes = ByteBuffer.allocate(segment.length());
    for (int i = 0; i < segment.length(); i++) {
      char c = segment.charAt(i);
      if (c == '%') {
        int high = i + 2 < segment.length() ? Character.digit(segment.charAt(i + 1), 16) : -1;
        int low = i + 2 < segment.length() ? Character.digit(segment.charAt(i + 2), 16) : -1;
        if (high < 0 || low < 0 || segment.charAt(i + 1) > 'f' || segment.charAt(i + 2) > 'f') {
          return null;
        }
        bytes.put((byte) (high << 4 | low));
        i += 2;
      } else if (c >= '0' && c <= '9'
          || c >= 'A' && c <= 'Z'
          || c >= 'a' && c <= 'z'
          || PLAIN.indexOf(c) >= 0) {
        bytes.put((byte) c);
      } else {
        return null;
      }
    }
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();
      return text.isEmpty() ? null : text;
    } catch (CharacterCodingException _) {
      return null;
    }
  }
}
