package io.tailrace.load.bench;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** A frame as a client sends it (RFC 6455, section 5.2), of at most 65,535 bytes. */
final class MaskedFrame {
  private MaskedFrame() {}

  /** One frame by itself. */
  static ByteBuffer of(int opcode, String text) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    append(out, opcode, text);
    return ByteBuffer.wrap(out.toByteArray());
  }

  /** A client masks (section 5.3); the mask zero leaves the bytes as they are. */
  static void append(ByteArrayOutputStream out, int opcode, String text) {
    byte[] payload = text.getBytes(StandardCharsets.UTF_8);
    out.write(0x80 | opcode);
    if (payload.length < 126) {
      out.write(0x80 | payload.length);
    } else {
      out.write(0x80 | 126);
      out.write(payload.length >> 8);
      out.write(payload.length);
    }
    out.writeBytes(new byte[4]);
    out.writeBytes(payload);
  }
}
