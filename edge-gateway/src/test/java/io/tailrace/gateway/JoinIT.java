package io.tailrace.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.tailrace.embed.KafkaBroker;
import io.tailrace.gateway.testkit.Gateway;
import io.tailrace.gateway.testkit.RawSocket;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** How the stores are asked. */
final class JoinIT {
  private static KafkaBroker broker;
  private static Gateway gateway;

  @BeforeAll
  static void start() {
    broker = KafkaBroker.temporary();
    gateway = new Gateway(broker);
  }

  @AfterAll
  static void stop() {
    gateway.close();
    broker.close();
  }

  @Test
  void aSlowPartitionDelaysOnlyItself() {
    Set<String> expected = new HashSet<>();
    StringBuilder wants = new StringBuilder("{\"channel\":\"chat:slow\"}");
    for (int i = 0; i < 40; i++) {
      String channel = "chat:beside-" + i;
      wants.append(",{\"channel\":\"").append(channel).append("\"}");
      if (Gateway.partition(channel) != Gateway.partition("chat:slow")) {
        expected.add(channel);
      }
    }
    gateway.catchup().hold("chat:slow");
    try (RawSocket socket = gateway.hello("ann")) {
      socket.send("{\"t\":\"subscribe\",\"ref\":1,\"channels\":[" + wants + "]}");
      while (!expected.isEmpty()) {
        JsonNode answer = socket.json();
        assertEquals("subscribed", answer.path("t").asText(), answer.toString());
        assertTrue(expected.remove(answer.path("channel").asText()), answer.toString());
      }
      gateway.catchup().release("chat:slow");
      JsonNode last = socket.json();
      assertEquals("chat:slow", last.path("channel").asText(), last.toString());
    }
  }

  @Test
  void manySocketsOfOneUserAtOneMomentAskOnce() {
    String first = "chat:first";
    int n = 0;
    while (Gateway.partition("chat:other-" + n) != Gateway.partition(first)) {
      n++;
    }
    String shared = "chat:other-" + n;
    List<RawSocket> sockets = new ArrayList<>();
    try (Gateway own = new Gateway(broker, "--join.gather.ms=60000")) {
      own.catchup().hold(first);
      for (int i = 0; i < 20; i++) {
        RawSocket socket = own.hello("ann");
        sockets.add(socket);
        String channel = i == 0 ? first : shared;
        socket.send("{\"t\":\"subscribe\",\"ref\":1,\"channel\":\"" + channel + "\"}");
        socket.send("{\"t\":\"ping\",\"ref\":2}");
        assertEquals("pong", socket.json().path("t").asText());
      }
      own.catchup().release(first);
      for (RawSocket socket : sockets) {
        assertEquals("subscribed", socket.json().path("t").asText());
      }
      assertEquals(2, own.catchup().questions());
      assertEquals(2, own.catchup().requests());
    } finally {
      sockets.forEach(RawSocket::close);
    }
  }
}
