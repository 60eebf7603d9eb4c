package io.tailrace.gateway.encode;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Builds unmasked, unfragmented WebSocket frames (RFC 6455, section 5.2) as a server sends them.
 */
public final class WebSocketText {
  /** First byte of a final text frame. */
  private static final int FINAL_TEXT = 0x81;

  private WebSocketText() {}

  /** A text frame around a payload. */
  public static byte[] frame(byte[] payload) {
    return frame(FINAL_TEXT, payload);
  }

  /**
   * A final frame.
   *
   * @param first the first byte: the final bit and the opcode
   */
  public static byte[] frame(int first, byte[] payload) {
    int n = payload.length;
    int header = n < 126 ? 2 : n < 65_536 ? 4 : 10;
    ByteBuffer frame = ByteBuffer.allocate(header + n);
    frame.put((byte) first);
    switch (header) {
      case 2 -> frame.put((byte) n);
      case 4 -> frame.put((byte) 126).putShort((short) n);
      default -> frame.put((byte) 127).putLong(n);
    }
    frame.put(payload);
    return frame.array();
  }

  /** The payload of a frame that {@link #frame} built. */
  static byte[] payload(byte[] frame) {
    int length = frame[1] & 0x7F;
    int header = length < 126 ? 2 : length == 126 ? 4 : 10;
    return Arrays.copyOfRange(frame, header, frame.length);
  }
}
