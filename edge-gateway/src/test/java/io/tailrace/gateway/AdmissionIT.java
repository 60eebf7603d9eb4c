package io.tailrace.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.tailrace.embed.KafkaBroker;
import io.tailrace.gateway.testkit.Gateway;
import io.tailrace.gateway.testkit.RawSocket;
import io.tailrace.schemas.testkit.Await;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** How many may come at once, and what the others are told. */
final class AdmissionIT {
  private static final Pattern RETRY_AFTER_MS = Pattern.compile("\"retryAfterMs\":(\\d+)");
  private static KafkaBroker broker;

  @BeforeAll
  static void start() {
    broker = KafkaBroker.temporary();
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  /** For which no time passes, in which more might come. */
  private static Gateway inOneMoment(String setting) {
    Gateway gateway = new Gateway(broker, setting);
    gateway.clock().stop();
    return gateway;
  }

  /** The head and the body of the answer to a handshake that is refused. */
  private static String refusal(Gateway gateway) {
    String request = RawSocket.request("").replace("keep-alive, Upgrade", "Upgrade, close");
    try (RawSocket socket = RawSocket.request(gateway.port(), 0, request + "\r\n")) {
      assertTrue(socket.handshake().startsWith("HTTP/1.1 503"), socket.handshake());
      StringBuilder body = new StringBuilder(socket.handshake());
      while (!body.toString().endsWith("}")) {
        body.append(socket.character());
      }
      return body.toString();
    }
  }

  private static long retryAfterMs(String text) {
    Matcher told = RETRY_AFTER_MS.matcher(text);
    assertTrue(told.find(), text);
    return Long.parseLong(told.group(1));
  }

  @Test
  void aHerdIsToldToComeBackOneByOne() {
    try (Gateway gateway = inOneMoment("--handshakes.per.second=2");
        RawSocket first = gateway.hello("ann");
        RawSocket second = gateway.hello("bob")) {
      Set<Long> told = new HashSet<>();
      for (int i = 0; i < 5; i++) {
        String refusal = refusal(gateway);
        assertTrue(refusal.contains("application/problem+json"), refusal);
        assertTrue(refusal.contains("\"code\":\"overloaded\""), refusal);
        assertTrue(refusal.contains("Retry-After: "), refusal);
        told.add(retryAfterMs(refusal));
      }
      assertEquals(5, told.size(), "each has a time of its own: " + told);
      first.send("{\"t\":\"ping\",\"ref\":1}");
      second.send("{\"t\":\"ping\",\"ref\":1}");
      assertEquals("pong", first.json().path("t").asText());
      assertEquals("pong", second.json().path("t").asText());
    }
  }

  @Test
  void connectionsHaveABoundAndOneThatGoesMakesRoom() {
    try (Gateway gateway = new Gateway(broker, "--connections.max=1")) {
      try (RawSocket one = gateway.hello("ann")) {
        String refusal = refusal(gateway);
        assertTrue(refusal.contains("\"code\":\"overloaded\""), refusal);
        assertTrue(refusal.contains("Retry-After: "), refusal);
        one.send("{\"t\":\"ping\",\"ref\":1}");
        assertEquals("pong", one.json().path("t").asText());
      }
      Await.until(
          "the place is free",
          () ->
              gateway
                  .service()
                  .metrics()
                  .scrape()
                  .contains("tailrace_connections_open{wire=\"web_socket\"} 0.0"));
      gateway.hello("bob").close();
    }
  }

  @Test
  void subscribesBeyondTheRateArePutOffEachToATimeOfItsOwn() {
    try (Gateway gateway = inOneMoment("--resumes.per.second=1");
        RawSocket socket = gateway.hello("ann")) {
      socket.send(
          "{\"t\":\"subscribe\",\"ref\":1,\"channels\":[{\"channel\":\"chat:a\"},"
              + "{\"channel\":\"chat:b\"}]}");
      assertEquals("subscribed", socket.json().path("t").asText());
      assertEquals("subscribed", socket.json().path("t").asText(), "a message goes on whole");
      Set<Long> told = new HashSet<>();
      for (int ref = 2; ref < 6; ref++) {
        socket.send(
            "{\"t\":\"subscribe\",\"ref\":"
                + ref
                + ",\"channel\":\"chat:"
                + ref
                + "\",\"after\":0}");
        JsonNode error = socket.json();
        assertEquals("not_ready", error.path("code").asText(), error.toString());
        assertEquals(ref, error.path("ref").asInt());
        assertEquals("chat:" + ref, error.path("channel").asText());
        told.add(error.path("retryAfterMs").asLong());
      }
      assertEquals(4, told.size(), "each has a time of its own: " + told);
      Await.until(
          "all four are counted, which is after the last one was told",
          () -> gateway.service().metrics().scrape().contains("what=\"put_off\"} 4.0"));
      socket.send("{\"t\":\"unsubscribe\",\"ref\":9,\"channel\":\"chat:a\"}");
      assertEquals("unsubscribed", socket.json().path("t").asText());
    }
  }
}
