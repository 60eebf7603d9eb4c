package io.tailrace.load.replay;

import io.tailrace.load.trace.Message;

/** The data of a replayed message: a text of the recorded size, and its number in the trace. */
final class TraceText {
  private static final String LETTERS =
      "the quick brown fox jumps over the lazy dog and back again ";

  private TraceText() {}

  static String channel(Message message) {
    return "chat:trace-" + message.channel();
  }

  static String author(Message message) {
    return "author-" + message.author();
  }

  /** JSON with {@code text} of the recorded bytes, and {@code n}. */
  static String data(Message message, int number) {
    StringBuilder json = new StringBuilder(message.bytes() + 32).append("{\"text\":\"");
    for (int left = message.bytes(); left > 0; left -= LETTERS.length()) {
      json.append(LETTERS, 0, Math.min(left, LETTERS.length()));
    }
    return json.append("\",\"n\":").append(number).append('}').toString();
  }
}
