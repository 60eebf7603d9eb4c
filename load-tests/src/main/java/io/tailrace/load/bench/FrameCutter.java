package io.tailrace.load.bench;

/**
 * Cuts received bytes into the frames of a WebSocket server (RFC 6455, section 5.2): only headers
 * are looked at, so that a reader of a million frames per second costs little beside the system
 * that it measures.
 */
final class FrameCutter {
  private static final int LENGTH_16 = 126;
  private static final int LENGTH_64 = 127;

  private FrameCutter() {}

  /**
   * Takes a whole frame; its payload is {@code bytes[from..to)} and is valid only during the call.
   */
  interface Sink {
    void frame(int opcode, byte[] bytes, int from, int to);
  }

  /**
   * Hands every whole frame in {@code bytes[from..to)} to the sink; returns where the first part of
   * one begins.
   */
  static int cut(byte[] bytes, int from, int to, Sink sink) {
    int at = from;
    while (to - at >= 2) {
      int length = bytes[at + 1] & 0x7f;
      int head = length < LENGTH_16 ? 2 : length == LENGTH_16 ? 4 : 10;
      if (to - at < head) {
        return at;
      }
      if (length == LENGTH_16) {
        length = bigEndian(bytes, at + 2, 2);
      } else if (length == LENGTH_64) {
        length = bigEndian(bytes, at + 6, 4);
      }
      if (to - at - head < length) {
        return at;
      }
      sink.frame(bytes[at] & 0x0f, bytes, at + head, at + head + length);
      at += head + length;
    }
    return at;
  }

  private static int bigEndian(byte[] bytes, int from, int count) {
    int value = 0;
    for (int i = from; i < from + count; i++) {
      value = value << 8 | bytes[i] & 0xff;
    }
    return value;
  }
}
