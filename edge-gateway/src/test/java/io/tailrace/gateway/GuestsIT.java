package io.tailrace.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.embed.KafkaBroker;
import io.tailrace.gateway.testkit.Gateway;
import io.tailrace.gateway.testkit.RawSocket;
import io.tailrace.gateway.testkit.StreamReader;
import io.tailrace.schemas.testkit.Await;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What one address, user, device or tenant may have open, and what it is told beyond that. */
final class GuestsIT {
  private static final String BEHIND_PROXY = "--proxies.trusted=127.0.0.0/8";
  private static KafkaBroker broker;

  @BeforeAll
  static void start() {
    broker = KafkaBroker.temporary();
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  private static String from(String address) {
    return RawSocket.request("X-Forwarded-For: " + address + "\r\n") + "\r\n";
  }

  /** A socket that the gateway has opened for a client of this address. */
  private static RawSocket open(Gateway gateway, String address) {
    RawSocket socket = RawSocket.request(gateway.port(), 0, from(address));
    assertTrue(socket.handshake().startsWith("HTTP/1.1 101"), socket.handshake());
    return socket;
  }

  private static void assertRefused(Gateway gateway, String address) {
    try (RawSocket socket = RawSocket.request(gateway.port(), 0, from(address))) {
      assertTrue(socket.handshake().startsWith("HTTP/1.1 429"), socket.handshake());
      assertTrue(socket.handshake().contains("Retry-After: "), socket.handshake());
    }
  }

  private static RawSocket hello(Gateway gateway, String user, String device) {
    RawSocket socket = RawSocket.open(gateway.port());
    socket.send(
        Gateway.hello(1, Gateway.token(user)).replace("}", ",\"device\":\"" + device + "\"}"));
    return socket;
  }

  private static void assertWelcome(RawSocket socket) {
    assertEquals("welcome", socket.json().path("t").asText());
  }

  /** The first thing it hears: nothing comes before it. */
  private static void assertTurnedAway(RawSocket socket, String text) {
    RawSocket.Received first = socket.receive();
    assertEquals(8, first.opcode(), first.text());
    assertEquals(4429, first.closeCode());
    assertTrue(first.text().contains(text), first.text());
  }

  private static double refused(Gateway gateway, String reason) {
    String name = "tailrace_connections_refused_total{reason=\"" + reason + "\"} ";
    return gateway
        .service()
        .metrics()
        .scrape()
        .lines()
        .filter(line -> line.startsWith(name))
        .mapToDouble(line -> Double.parseDouble(line.substring(name.length())))
        .sum();
  }

  private static void awaitOpen(Gateway gateway, int count) {
    Await.until(
        count + " are open",
        () ->
            gateway
                .service()
                .metrics()
                .scrape()
                .contains("tailrace_connections_open{wire=\"web_socket\"} " + count + ".0"));
  }

  @SuppressWarnings("try") // one goes early: that is what is tested
  @Test
  void anAddressHasItsPlacesAndOneThatGoesMakesRoom() {
    try (Gateway gateway = new Gateway(broker, BEHIND_PROXY, "--connections.per.address.max=2");
        RawSocket first = open(gateway, "10.1.1.1");
        RawSocket second = open(gateway, "10.1.1.1")) {
      assertRefused(gateway, "10.1.1.1");
      assertRefused(gateway, "9.9.9.9, 10.1.1.1");
      assertEquals(2.0, refused(gateway, "address_full"));
      open(gateway, "10.1.1.2").close();
      first.close();
      awaitOpen(gateway, 1);
      open(gateway, "10.1.1.1").close();
      assertEquals("HTTP/1.1 101", second.handshake().substring(0, 12));
    }
  }

  @Test
  void aHandshakeThatComesToNothingLeavesItsPlace() {
    try (Gateway gateway = new Gateway(broker, BEHIND_PROXY, "--connections.per.address.max=1")) {
      String bad = from("10.1.2.1").replace("tailrace.v1.json", "other");
      for (int i = 0; i < 5; i++) {
        // The place is left when the answer has gone out, which its reader may be ahead of.
        Await.until("the place of the one before is free", () -> isAnswered(gateway, bad, 400));
      }
      Await.until("the last one's is free", () -> isAnswered(gateway, from("10.1.2.1"), 101));
    }
  }

  private static boolean isAnswered(Gateway gateway, String request, int status) {
    try (RawSocket socket = RawSocket.request(gateway.port(), 0, request)) {
      return socket.handshake().startsWith("HTTP/1.1 " + status);
    }
  }

  @Test
  void anAddressThatComesTooOftenIsPutOff() {
    try (Gateway gateway =
        new Gateway(broker, BEHIND_PROXY, "--handshakes.per.address.per.second=2")) {
      gateway.clock().stop();
      open(gateway, "10.1.3.1").close();
      open(gateway, "10.1.3.1").close();
      assertRefused(gateway, "10.1.3.1");
      assertEquals(1.0, refused(gateway, "address_rate"));
      open(gateway, "10.1.3.2").close();
    }
  }

  /** Of the newer protocol a client has a whole network. */
  @Test
  void aNetworkOfTheNewerProtocolCountsAsOneAddress() {
    try (Gateway gateway = new Gateway(broker, BEHIND_PROXY, "--connections.per.address.max=1");
        RawSocket _ = open(gateway, "2001:db8:1:1::1")) {
      assertRefused(gateway, "2001:db8:1:1::2");
      open(gateway, "2001:db8:1:2::1").close();
    }
  }

  @Test
  void nobodyWhoIsNoProxyIsBelieved() {
    try (Gateway gateway = new Gateway(broker, "--connections.per.address.max=1");
        RawSocket one = open(gateway, "10.1.4.1");
        RawSocket two = open(gateway, "10.1.4.1")) {
      assertEquals(one.handshake().substring(0, 12), two.handshake().substring(0, 12));
    }
  }

  @SuppressWarnings("try") // one goes early: that is what is tested
  @Test
  void aUserHasItsPlacesOnSocketsAndStreamsAlike() throws Exception {
    try (Gateway gateway = new Gateway(broker, "--connections.per.user.max=2");
        HttpClient http = HttpClient.newHttpClient();
        RawSocket first = gateway.hello("ann");
        RawSocket second = gateway.hello("ann")) {
      try (RawSocket third = RawSocket.open(gateway.port())) {
        third.send(Gateway.hello(1, Gateway.token("ann")));
        assertTurnedAway(third, "this user has 2 connections open");
      }
      HttpRequest.Builder stream =
          HttpRequest.newBuilder(
                  URI.create("http://127.0.0.1:" + gateway.port() + "/v1/sse?channel=chat:a"))
              .header("Authorization", "Bearer " + Gateway.token("ann"));
      try (StreamReader refused = new StreamReader(http, stream)) {
        assertEquals(429, refused.status());
      }
      assertEquals(2.0, refused(gateway, "user_full"));
      gateway.hello("bob").close();
      first.close();
      awaitOpen(gateway, 1);
      try (StreamReader taken = new StreamReader(http, stream)) {
        assertEquals(200, taken.status());
        try (RawSocket third = RawSocket.open(gateway.port())) {
          third.send(Gateway.hello(1, Gateway.token("ann")));
          assertTurnedAway(third, "this user");
        }
      }
      second.send("{\"t\":\"ping\",\"ref\":1}");
      assertEquals("pong", second.json().path("t").asText());
    }
  }

  /** Several tabs share a device. */
  @Test
  void aDeviceHasSeveralConnectionsUpToItsBound() {
    try (Gateway gateway = new Gateway(broker, "--connections.per.device.max=2");
        RawSocket one = hello(gateway, "ann", "laptop");
        RawSocket two = hello(gateway, "ann", "laptop");
        RawSocket phone = hello(gateway, "ann", "phone");
        RawSocket other = hello(gateway, "bob", "laptop")) {
      assertWelcome(one);
      assertWelcome(two);
      assertWelcome(phone);
      assertWelcome(other);
      try (RawSocket three = hello(gateway, "ann", "laptop")) {
        assertTurnedAway(three, "this device has 2 connections open");
      }
      assertEquals(1.0, refused(gateway, "device_full"));
    }
  }

  @Test
  void aTenantHasItsPlacesAndItsRate() {
    try (Gateway gateway = new Gateway(broker, "--connections.per.tenant.max=1");
        RawSocket _ = gateway.hello("ann");
        RawSocket second = RawSocket.open(gateway.port())) {
      second.send(Gateway.hello(1, Gateway.token("bob")));
      assertTurnedAway(second, "this tenant has 1 connections open");
    }
    try (Gateway gateway = new Gateway(broker, "--handshakes.per.tenant.per.second=1")) {
      gateway.clock().stop();
      try (RawSocket _ = gateway.hello("ann");
          RawSocket second = RawSocket.open(gateway.port())) {
        second.send(Gateway.hello(1, Gateway.token("bob")));
        assertTurnedAway(second, "this tenant connects too often");
      }
    }
  }

  @Test
  void whoIsTurnedAwayMayNotEvenAskBeforeItHears() {
    try (Gateway gateway = new Gateway(broker, "--connections.per.user.max=1");
        RawSocket _ = gateway.hello("ann");
        RawSocket second = RawSocket.open(gateway.port())) {
      byte[] hello =
          RawSocket.frame(
              0x81,
              Gateway.hello(1, Gateway.token("ann"))
                  .getBytes(java.nio.charset.StandardCharsets.UTF_8));
      byte[] subscribe =
          RawSocket.frame(
              0x81,
              "{\"t\":\"subscribe\",\"ref\":2,\"channel\":\"chat:a\"}"
                  .getBytes(java.nio.charset.StandardCharsets.UTF_8));
      byte[] both = java.util.Arrays.copyOf(hello, hello.length + subscribe.length);
      System.arraycopy(subscribe, 0, both, hello.length, subscribe.length);
      second.sendBytes(both);
      assertTurnedAway(second, "this user");
    }
  }
}
