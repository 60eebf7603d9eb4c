package io.tailrace.load.driver;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;

/** The head of an HTTP answer, for those who keep the socket in their own hands. */
record HttpHead(int code, String line, boolean chunked) {
  private static final int LENGTH_MAX = 16 << 10;

  static HttpHead read(InputStream in) throws IOException {
    var head = new StringBuilder();
    while (head.length() < 4 || !head.substring(head.length() - 4).equals("\r\n\r\n")) {
      int b = in.read();
      if (b < 0) {
        throw new EOFException("the connection ended in the answer's head");
      }
      head.append((char) b);
      if (head.length() > LENGTH_MAX) {
        throw new IOException("the answer's head does not end");
      }
    }
    var line = head.substring(0, head.indexOf("\r\n"));
    var parts = line.split(" ", 3);
    if (parts.length < 2) {
      throw new IOException("not an answer: " + line);
    }
    return new HttpHead(
        Integer.parseInt(parts[1]),
        line,
        head.toString().toLowerCase(Locale.ROOT).contains("\r\ntransfer-encoding: chunked"));
  }

  boolean passing() {
    return code == 429 || code == 502 || code == 503 || code == 504;
  }
}
