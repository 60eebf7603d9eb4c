package io.tailrace.schemas.log;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Users in logs: never their name, but the same short mark for the same user. */
public final class Redact {
  private Redact() {}

  /** Eight hexadecimal digits of SHA-256 over {@code tenant/user}. */
  public static String user(String tenant, String user) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256")
              .digest((tenant + '/' + user).getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash, 0, 4);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
