package io.tailrace.write.http;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** By which two requests with one key are told apart: SHA-256 over address, NUL and body. */
final class BodyHash {
  private static final HexFormat HEX = HexFormat.of();

  private BodyHash() {}

  static String of(Target target, byte[] body) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(target.scope().getBytes(StandardCharsets.UTF_8));
      digest.update((byte) 0);
      return HEX.formatHex(digest.digest(body));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
