package io.tailrace.load.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** The handshake of a WebSocket client of the benchmarks (RFC 6455, section 4). */
final class Upgrade {
  private Upgrade() {}

  /** What a client sends first. */
  static ByteBuffer request(String authority) {
    return ByteBuffer.wrap(
        ("GET /v1/ws HTTP/1.1\r\nHost: "
                + authority
                + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                + "Sec-WebSocket-Protocol: tailrace.v1.json\r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII));
  }

  /**
   * Where the answer's head ends in {@code bytes[0..to)}; 0 where that has not come yet.
   *
   * @throws IOException where the server does not agree
   */
  static int agreed(byte[] bytes, int to) throws IOException {
    String head = new String(bytes, 0, to, StandardCharsets.ISO_8859_1);
    int end = head.indexOf("\r\n\r\n");
    if (end < 0) {
      return 0;
    }
    if (!head.startsWith("HTTP/1.1 101")) {
      throw new IOException(
          "the handshake was answered with " + head.lines().findFirst().orElse(""));
    }
    return end + 4;
  }
}
