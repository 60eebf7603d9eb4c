package io.tailrace.load.bench;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An event frame without its seq and its schedule, so that a peer writes the very bytes that the
 * product wrote.
 *
 * @param head up to the seq
 * @param middle between the seq and the schedule's time
 * @param tail behind it
 */
record FrameParts(String head, String middle, String tail) {
  private static final Pattern FRAME =
      Pattern.compile("(.*?\"seq\":)\\d+(.*\"at\":)\\d+(}}[^0-9]*)", Pattern.DOTALL);
  private static final int DIGITS_MAX = 20;
  private static final int FIN_TEXT = 0x81;
  private static final int LENGTH_16 = 126;

  /** Of a frame that the product has sent. */
  static FrameParts of(String frame) {
    Matcher found = FRAME.matcher(frame);
    if (!found.matches()) {
      throw new IllegalArgumentException("no event of a bench: " + frame);
    }
    return new FrameParts(found.group(1), found.group(2), found.group(3));
  }

  /** As a peer's process takes them. */
  List<String> words() {
    return List.of(head, middle, tail);
  }

  /** Bytes that {@link #put} needs at most. */
  int bytesMax() {
    return head.length() + middle.length() + tail.length() + 2 * DIGITS_MAX + 4;
  }

  /** One whole WebSocket frame of a server (RFC 6455, section 5.2), of 126 to 65,535 bytes. */
  void put(ByteBuffer to, long seq, long dueNanos) {
    byte[] text = text(seq, dueNanos).getBytes(StandardCharsets.US_ASCII);
    to.put((byte) FIN_TEXT).put((byte) LENGTH_16).putShort((short) text.length).put(text);
  }

  String text(long seq, long dueNanos) {
    return head + seq + middle + dueNanos + tail;
  }
}
