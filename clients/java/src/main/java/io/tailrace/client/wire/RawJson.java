package io.tailrace.client.wire;

/**
 * Finds where a JSON value ends without reading it: a string-aware walk over brackets. The text is
 * known to be JSON (the server checked it before the commit), so nothing else is verified here.
 */
final class RawJson {
  private RawJson() {}

  /** The offset behind the value that begins at or after {@code from}. */
  static int endOfValue(byte[] text, int from) {
    int at = skipSpace(text, from);
    if (at >= text.length) {
      throw new UnreadableException("a value is missing at the end of the text", null);
    }
    return switch (text[at]) {
      case '"' -> endOfString(text, at);
      case '{', '[' -> endOfBrackets(text, at);
      default -> endOfScalar(text, at);
    };
  }

  static int skipSpace(byte[] text, int from) {
    int at = from;
    while (at < text.length && isSpace(text[at])) {
      at++;
    }
    return at;
  }

  private static boolean isSpace(byte b) {
    return b == ' ' || b == '\n' || b == '\t' || b == '\r';
  }

  private static int endOfString(byte[] text, int from) {
    for (int at = from + 1; at < text.length; at++) {
      if (text[at] == '\\') {
        at++; // whatever is escaped, a quote too, ends nothing
      } else if (text[at] == '"') {
        return at + 1;
      }
    }
    throw new UnreadableException("a string does not end", null);
  }

  private static int endOfBrackets(byte[] text, int from) {
    int depth = 0;
    int at = from;
    while (at < text.length) {
      switch (text[at]) {
        case '"' -> at = endOfString(text, at) - 1;
        case '{', '[' -> depth++;
        case '}', ']' -> depth--;
        default -> {
          // between brackets and strings nothing matters
        }
      }
      at++;
      if (depth == 0) {
        return at;
      }
    }
    throw new UnreadableException("a bracket does not close", null);
  }

  private static int endOfScalar(byte[] text, int from) {
    int at = from;
    while (at < text.length
        && text[at] != ','
        && text[at] != '}'
        && text[at] != ']'
        && !isSpace(text[at])) {
      at++;
    }
    return at;
  }
}
