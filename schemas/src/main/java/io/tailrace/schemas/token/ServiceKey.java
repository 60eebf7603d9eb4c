package io.tailrace.schemas.token;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The secret that the services of one installation show each other. */
public final class ServiceKey {
  private static final String HMAC = "HmacSHA256";

  private final String key;
  private final String header;

  /** Of this text. */
  public ServiceKey(String key) {
    this.key = key;
    this.header = "Bearer " + key;
  }

  /** The Authorization header that shows it. */
  public String header() {
    return header;
  }

  /** 32 bytes for one purpose, the same in every service that has the key. */
  public byte[] derive(String purpose) {
    try {
      Mac mac = Mac.getInstance(HMAC);
      mac.init(new SecretKeySpec(key.getBytes(UTF_8), HMAC));
      return mac.doFinal(purpose.getBytes(UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no " + HMAC, e);
    }
  }

  /** Whether the caller shows it. */
  public boolean isShownBy(HttpServerExchange exchange) {
    String given = exchange.getRequestHeaders().getFirst(Headers.AUTHORIZATION);
    return given != null && MessageDigest.isEqual(header.getBytes(UTF_8), given.getBytes(UTF_8));
  }
}
