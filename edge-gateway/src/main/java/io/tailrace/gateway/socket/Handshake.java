package io.tailrace.gateway.socket;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The opening handshake (RFC 6455, section 4.2), as far as it is about headers. */
final class Handshake {
  static final String SUBPROTOCOL = "tailrace.v1.json";
  static final HttpString KEY = new HttpString("Sec-WebSocket-Key");
  static final HttpString VERSION = new HttpString("Sec-WebSocket-Version");
  static final HttpString PROTOCOL = new HttpString("Sec-WebSocket-Protocol");
  static final HttpString ACCEPT = new HttpString("Sec-WebSocket-Accept");
  private static final HttpString GET = new HttpString("GET");
  private static final String ACCEPT_SUFFIX = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  private static final int KEY_BYTES = 16;

  private Handshake() {}

  /** What is wrong with the request, null where nothing is. */
  static @Nullable String fault(HttpServerExchange exchange) {
    HeaderMap headers = exchange.getRequestHeaders();
    if (!exchange.getRequestMethod().equals(GET)
        || !hasToken(headers, Headers.UPGRADE, "websocket")
        || !hasToken(headers, Headers.CONNECTION, "upgrade")) {
      return "open a WebSocket here: GET with Upgrade: websocket and Connection: Upgrade";
    }
    String key = headers.getFirst(KEY);
    if (key == null || !isKey(key)) {
      return "Sec-WebSocket-Key must be 16 bytes in Base64";
    }
    if (!hasToken(headers, PROTOCOL, SUBPROTOCOL)) {
      return "ask for the subprotocol " + SUBPROTOCOL;
    }
    return null;
  }

  /** Whether the version of the WebSocket protocol is the one there is. */
  static boolean isVersion13(HttpServerExchange exchange) {
    return "13".equals(exchange.getRequestHeaders().getFirst(VERSION));
  }

  static String accept(String key) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-1")
              .digest((key.strip() + ACCEPT_SUFFIX).getBytes(StandardCharsets.US_ASCII));
      return Base64.getEncoder().encodeToString(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-1", e);
    }
  }

  private static boolean isKey(String key) {
    try {
      return Base64.getDecoder().decode(key.strip()).length == KEY_BYTES;
    } catch (IllegalArgumentException _) {
      return false;
    }
  }

  private static boolean hasToken(HeaderMap headers, HttpString name, String token) {
    var values = headers.get(name);
    if (values == null) {
      return false;
    }
    for (String value : values) {
      for (String part : value.split(",", -1)) {
        if (part.strip().toLowerCase(Locale.ROOT).equals(token)) {
          return true;
        }
      }
    }
    return false;
  }
}
