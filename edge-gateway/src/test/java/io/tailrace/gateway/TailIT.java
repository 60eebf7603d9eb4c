package io.tailrace.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.tailrace.embed.KafkaBroker;
import io.tailrace.gateway.testkit.Gateway;
import io.tailrace.gateway.testkit.RawSocket;
import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.testkit.Await;
import io.tailrace.schemas.topic.TopicAdmin;
import io.tailrace.schemas.topic.TopicPlan;
import io.tailrace.schemas.topic.Topics;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;

/** What the gateway does when the log that it reads is gone. */
final class TailIT {
  @Test
  void aLogThatIsMadeAnewIsReadAnewAndNobodyStaysOnTheOldOne() throws Exception {
    Channel channel = Gateway.channel("anew");
    try (KafkaBroker broker = KafkaBroker.temporary();
        Gateway gateway = new Gateway(broker);
        Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()));
        RawSocket socket = gateway.hello("ann")) {
      for (int i = 0; i < 10; i++) {
        gateway.publish(channel, "{}");
      }
      gateway.settle();
      socket.send("{\"t\":\"subscribe\",\"ref\":1,\"channel\":\"chat:anew\",\"after\":10}");
      socket.json("subscribed");

      admin.deleteTopics(List.of(Topics.EVENTS)).all().get();
      Await.until("the topic is there again", () -> made(admin));

      assertEquals(1012, socket.closeCode());
      Await.until("it has caught up", () -> gateway.service().ready());
      assertTrue(gateway.meter("tailrace_gateway_tail_breaks_total") >= 1);
      gateway.feed().epoch(2);
      gateway.catchup().epoch(2);
      gateway.catchup().forget(channel);
      gateway.publish(channel, "{}");
      gateway.settle();
      // Several, so that every I/O thread has one.
      for (int i = 0; i < 8; i++) {
        try (RawSocket again = gateway.hello("ann")) {
          resumesAfterTheReset(gateway, channel, again);
        }
      }
    }
  }

  private static void resumesAfterTheReset(Gateway gateway, Channel channel, RawSocket socket) {
    socket.send(
        "{\"t\":\"subscribe\",\"ref\":1,\"channel\":\"chat:anew\",\"after\":10,\"epoch\":1}");
    JsonNode reset = socket.json();
    assertEquals("reset", reset.path("t").asText(), reset.toString());
    socket.send("{\"t\":\"subscribe\",\"ref\":2,\"channel\":\"chat:anew\",\"after\":0}");
    JsonNode subscribed = socket.json("subscribed");
    assertEquals(2, subscribed.path("epoch").asInt());
    long head = subscribed.path("head").asLong();
    for (long seq = 1; seq <= head; seq++) {
      assertEquals(seq, socket.json("event").path("seq").asLong());
    }
    gateway.publish(channel, "{}");
    assertEquals(head + 1, socket.json("event").path("seq").asLong());
  }

  private static boolean made(Admin admin) {
    try {
      TopicAdmin.ensure(admin, new TopicPlan(4, (short) 1, Duration.ofDays(1)));
      return admin.listTopics().names().get().contains(Topics.EVENTS);
    } catch (Exception _) {
      return false; // the old one is still being deleted
    }
  }
}
