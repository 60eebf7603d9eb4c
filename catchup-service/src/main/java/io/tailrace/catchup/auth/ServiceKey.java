package io.tailrace.catchup.auth;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import java.security.MessageDigest;

/** The secret that the services of one installation show each other. */
public final class ServiceKey {
  private final String header;

  /** Of this text. */
  public ServiceKey(String key) {
    this.header = "Bearer " + key;
  }

  /** The Authorization header that shows it. */
  public String header() {
    return header;
  }

  /** Whether the caller shows it. */
  public boolean isShownBy(HttpServerExchange exchange) {
    String given = exchange.getRequestHeaders().getFirst(Headers.AUTHORIZATION);
    return given != null && MessageDigest.isEqual(header.getBytes(UTF_8), given.getBytes(UTF_8));
  }
}
