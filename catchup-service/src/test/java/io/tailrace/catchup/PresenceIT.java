package io.tailrace.catchup;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.presence.Device;
import io.tailrace.schemas.presence.Digest;
import io.tailrace.schemas.problem.ProblemCode;
import io.tailrace.schemas.testkit.Await;
import io.tailrace.schemas.topic.Topics;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Who is here, as gateways have told, for those who ask. */
class PresenceIT extends RunningCatchup {
  private static final long TTL_MS = 90_000;
  private KafkaProducer<byte[], byte[]> gateways;

  @BeforeAll
  void open() {
    gateways =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", broker.bootstrap()),
            new ByteArraySerializer(),
            new ByteArraySerializer());
  }

  @AfterAll
  void shut() {
    gateways.close();
  }

  private void write(Channel channel, byte[] value) {
    write(Topics.PRESENCE, System.currentTimeMillis(), channel, value);
  }

  private void write(String topic, long writtenMs, Channel channel, byte[] value) {
    try {
      gateways
          .send(
              new ProducerRecord<>(
                  topic, partitionOf(channel), writtenMs, channel.full().getBytes(UTF_8), value))
          .get();
    } catch (InterruptedException | ExecutionException e) {
      throw new AssertionError(e);
    }
  }

  private void tell(Channel channel, String gateway, long seq, long ttlMs, String... told) {
    write(channel, digest(gateway, seq, ttlMs, told));
  }

  private static byte[] digest(String gateway, long seq, long ttlMs, String... told) {
    long nowMs = System.currentTimeMillis();
    List<Device> devices = new ArrayList<>();
    for (String one : told) {
      String[] words = one.split(" ", -1);
      devices.add(
          new Device(
              words[0],
              words[1],
              gateway + one,
              words[2],
              nowMs,
              nowMs,
              nowMs,
              true,
              "{\"at\":1}"));
    }
    return new Digest(gateway, 0, seq, ttlMs, nowMs, null, devices).json();
  }

  private List<String> here(String reader, Channel channel) {
    HttpResponse<String> answer = getAs(reader, channel, "/presence");
    List<String> here = new ArrayList<>();
    if (answer.statusCode() != 200) {
      return List.of("" + answer.statusCode());
    }
    for (JsonNode member : json(answer).path("members")) {
      here.add(
          member.path("user").asText()
              + ' '
              + member.path("device").asText()
              + ' '
              + member.path("mode").asText());
    }
    return here;
  }

  private void awaitHere(Channel channel, String... told) {
    Await.until(String.join(", ", told), () -> here("reader", channel).equals(List.of(told)));
  }

  @Test
  void whatGatewaysTellIsOneListAndEndsByItself() {
    Channel channel = channel();
    awaitHere(channel);
    tell(channel, "g", 1, TTL_MS, "ann phone away", "bob desk editing");
    tell(channel, "h", 1, 3000, "ann tab active", "eve tv away");
    awaitHere(channel, "ann tab active", "bob desk editing", "eve tv away");
    write(channel, "no digest".getBytes(UTF_8));

    JsonNode told = json(getAs("reader", channel, "/presence"));
    assertEquals(channel.name(), told.path("channel").asText());
    assertEquals(3, told.path("count").asInt());
    assertEquals("{\"active\":1,\"away\":1,\"editing\":1}", told.path("modes").toString());
    assertEquals("{\"at\":1}", told.path("members").get(0).path("data").toString());
    awaitHere(channel, "ann phone away", "bob desk editing");
    tell(channel, "g", 2, TTL_MS);
    awaitHere(channel);
  }

  @Test
  void whoIsInAnotherRegionIsShownTooFromWhenItIsMirrored() throws Exception {
    Channel channel = channel();
    tell(channel, "g", 1, TTL_MS, "ann phone active");
    awaitHere(channel, "ann phone active");
    String mirrored = "far." + Topics.PRESENCE;
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()))) {
      admin.createTopics(List.of(new NewTopic(mirrored, PARTITIONS, (short) 1))).all().get();
    }
    long nowMs = System.currentTimeMillis();
    write(mirrored, nowMs - 2 * TTL_MS, channel, digest("f", 1, TTL_MS, "ghost tv active"));
    write(mirrored, nowMs, channel, digest("h", 1, TTL_MS, "bob desk editing"));

    Await.until("bob is shown", () -> here("reader", channel).contains("bob desk editing"));

    assertEquals(List.of("ann phone active", "bob desk editing"), here("reader", channel));
  }

  @Test
  void onlyWhoMayReadTheChannelSeesWhoIsThere() {
    Channel channel = channel();
    log.change(channel, "ann", "member");
    tell(channel, "g", 1, TTL_MS, "ann phone active");
    Await.until("ann is a member", () -> getAs("eve", channel, "").statusCode() == 403);
    Await.until("it is read", () -> here("ann", channel).equals(List.of("ann phone active")));

    assertRefused(ProblemCode.FORBIDDEN, getAs("eve", channel, "/presence"));
    Channel alike = new Channel("other", channel.kind(), channel.id());
    assertEquals(0, ok(alike, "/presence").path("count").asInt(), "another tenant's");
    assertRefused(ProblemCode.BAD_REQUEST, getAs("ann", channel, "/presence?limit=1"));
    log.change(channel, "ann", null);
    Await.until("ann is removed", () -> getAs("ann", channel, "/presence").statusCode() == 403);
  }

  @Test
  void aRoomLargerThanItsContractListsIsToldInNumbers() {
    Channel channel = channel();
    String[] many = new String[201];
    for (int i = 0; i < many.length; i++) {
      many[i] = "u" + i + " d active";
    }
    tell(channel, "g", 1, TTL_MS, many);
    Await.until("it is read", () -> here("reader", channel).size() == 20);

    JsonNode told = json(getAs("reader", channel, "/presence"));

    assertEquals(201, told.path("count").asInt());
    assertEquals("true", told.path("sampled").asText());
  }
}
