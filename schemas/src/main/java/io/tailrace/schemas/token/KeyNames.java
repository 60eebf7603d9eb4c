package io.tailrace.schemas.token;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** What a key is called where people read it. */
final class KeyNames {
  private static final int DIGITS = 16;

  private KeyNames() {}

  static String of(JWK key, byte[] salt) {
    try {
      if (key instanceof OctetSequenceKey secret) {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(salt, "HmacSHA256"));
        return "hmac/"
            + HexFormat.of().formatHex(mac.doFinal(secret.toByteArray())).substring(0, DIGITS);
      }
      String id = key.getKeyID();
      return (id == null ? "" : id) + '/' + key.computeThumbprint().toString().substring(0, DIGITS);
    } catch (GeneralSecurityException | JOSEException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
