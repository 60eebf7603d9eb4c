package io.tailrace.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.embed.KafkaBroker;
import io.tailrace.gateway.testkit.Gateway;
import io.tailrace.gateway.testkit.RawSocket;
import io.tailrace.schemas.token.Identity;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which pages may come through which door, and what the cookie opens. */
final class OriginsIT {
  private static KafkaBroker broker;
  private static Gateway gateway;

  @BeforeAll
  static void start() {
    broker = KafkaBroker.temporary();
    gateway =
        new Gateway(broker, "--origins=https://app.example.com", "--proxies.trusted=127.0.0.0/8");
  }

  @AfterAll
  static void stop() {
    gateway.close();
    broker.close();
  }

  private static String ask(String line, String... headers) {
    String head =
        line
            + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
            + String.join("\r\n", headers)
            + "\r\n\r\n";
    try (RawSocket socket = RawSocket.request(gateway.port(), 0, head)) {
      return socket.handshake();
    }
  }

  private static String bearer() {
    return "Authorization: Bearer " + Gateway.token("ann");
  }

  private static int status(String answer) {
    return Integer.parseInt(answer.substring(9, 12));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Origin: https://app.example.com                                      | true",
        "Origin: http://localhost                                             | true",
        "X-None: 1                                                            | true",
        "Origin: https://app.example.com.evil.org                             | false",
        "Origin: https://app.example.com:444                                  | false",
        "Origin: https://App.example.com                                      | false",
        "Origin: null                                                         | false",
        "Sec-Fetch-Site: cross-site                                           | false",
        "Sec-Fetch-Site: same-site                                            | false",
        "Origin: https://app.example.com;Origin: https://evil.org             | false"
      })
  void everyDoorKnowsThePagesThatMayCall(String headers, boolean may) {
    String lines = headers.strip().replace(";", "\r\n");
    try (RawSocket socket =
        RawSocket.request(gateway.port(), 0, RawSocket.request(lines + "\r\n") + "\r\n")) {
      assertEquals(may ? 101 : 403, status(socket.handshake()), "socket");
    }
    assertEquals(
        may ? 200 : 403, status(ask("GET /v1/sse?channel=chat:a", bearer(), lines)), "stream");
    assertEquals(may ? 204 : 403, status(ask("POST /v1/session", bearer(), lines)), "session");
    assertEquals(may ? 204 : 403, status(ask("DELETE /v1/session", lines)), "its end");
  }

  @Test
  void aPreflightIsAnsweredToThePagesThatMayCall() {
    String ours = ask("OPTIONS /v1/session", "Origin: https://app.example.com");
    assertEquals(204, status(ours));
    assertTrue(ours.contains("Access-Control-Allow-Origin: https://app.example.com"), ours);
    assertTrue(ours.contains("Access-Control-Allow-Credentials: true"), ours);
    assertTrue(ours.contains("Vary: Origin"), ours);
    String other = ask("OPTIONS /v1/session", "Origin: https://evil.org");
    assertEquals(403, status(other));
    assertFalse(other.contains("Access-Control-Allow"), other);
  }

  private static String cookie(String answer) {
    return answer
        .lines()
        .filter(line -> line.toLowerCase(Locale.ROOT).startsWith("set-cookie: "))
        .findFirst()
        .orElse("");
  }

  @ParameterizedTest
  @CsvSource({"X-Forwarded-Proto: https, true", "X-Forwarded-Proto: http, false"})
  void theCookieIsSecureWhereTheClientSpeaksTls(String header, boolean secure) {
    String cookie = cookie(ask("POST /v1/session", bearer(), header));
    assertTrue(cookie.contains("HttpOnly"), cookie);
    assertTrue(cookie.contains("SameSite=Strict"), cookie);
    assertTrue(cookie.toLowerCase(Locale.ROOT).contains("path=/v1"), cookie);
    assertEquals(secure, cookie.toLowerCase(Locale.ROOT).contains("secure"), cookie);
    int rest = Integer.parseInt(cookie.replaceAll("(?i).*max-age=(\\d+).*", "$1"));
    assertTrue(rest > 3500 && rest <= 3600, "as long as the token: " + cookie);
  }

  @Test
  void loggingOutClearsTheCookie() {
    String cookie = cookie(ask("DELETE /v1/session"));
    assertTrue(cookie.startsWith("Set-Cookie: tailrace_session=;"), cookie);
    assertTrue(cookie.contains("Expires=Thu, 01-Jan-1970"), cookie);
  }

  @Test
  void theCookieDoesNotSetItselfAnew() {
    String cookie = "Cookie: tailrace_session=" + Gateway.token("ann");
    assertEquals(200, status(ask("GET /v1/sse?channel=chat:a", cookie)));
    assertEquals(401, status(ask("POST /v1/session", cookie)));
  }

  @Test
  void aTokenThatNoCookieHoldsIsRefused() {
    List<String> patterns =
        IntStream.range(0, 40).mapToObj(n -> "chat:" + n + "x".repeat(100)).toList();
    String token =
        Gateway.token(
            new Identity("demo", "ann", null, Set.of(), patterns, Instant.now().plusSeconds(3600)));
    assertEquals(413, status(ask("POST /v1/session", "Authorization: Bearer " + token)));
  }

  @Test
  void moreCookiesThanAnybodySendsAreNone() {
    assertEquals(401, status(ask("GET /v1/sse?channel=chat:a", "Cookie: " + "a=b; ".repeat(200))));
  }
}
