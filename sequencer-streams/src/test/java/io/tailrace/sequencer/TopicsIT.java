package io.tailrace.sequencer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.embed.KafkaBroker;
import io.tailrace.schemas.contract.Contracts;
import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.testkit.Await;
import io.tailrace.schemas.topic.TopicAdmin;
import io.tailrace.schemas.topic.TopicPlan;
import io.tailrace.schemas.topic.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How the topics are laid out, whoever makes them and whenever that was. */
class TopicsIT {
  private static final Channel CHANNEL = new Channel("acme", "chat", "a");
  private static final long LONG_AGO = 1_000_000_000_000L;

  @TempDir Path folder;
  private KafkaBroker broker;
  private Admin admin;

  @BeforeEach
  void start() {
    broker = KafkaBroker.temporary();
    admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()));
  }

  @AfterEach
  void stop() {
    admin.close();
    broker.close();
  }

  private String config(String topic, String name) throws Exception {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    Config found =
        Objects.requireNonNull(admin.describeConfigs(List.of(resource)).all().get().get(resource));
    return found.get(name).value();
  }

  /** Makes a topic as an older version did, long ago: every broker knows it. */
  private void makeOld(String topic, Map<String, String> configs) throws Exception {
    admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1).configs(configs))).all().get();
    Await.until(
        "the broker to know " + topic, () -> admin.listTopics().names().get().contains(topic));
  }

  @Test
  void aRowCommittedLongAgoCountsFromItsArrival() {
    TopicAdmin.ensure(admin, new TopicPlan(1, (short) 1, Duration.ofDays(1)));
    try (OutboxLog log = new OutboxLog(broker.bootstrap())) {
      ProducerRecord<byte[], byte[]> row = OutboxLog.row(CHANNEL, 1, "1".getBytes(UTF_8));
      log.appendRaw(
          new ProducerRecord<>(Topics.OUTBOX, 0, LONG_AGO, row.key(), row.value(), row.headers()));
      log.flush();

      long timestamp = log.read(Topics.OUTBOX, "read_committed").getFirst().timestamp();

      assertTrue(timestamp > LONG_AGO * 3 / 2, () -> "deleted 7 days after " + timestamp);
    }
  }

  @Test
  void anEventFromAheadOfTheBrokersClockIsTaken() {
    TopicAdmin.ensure(admin, new TopicPlan(1, (short) 1, Duration.ofDays(1)));
    try (OutboxLog log = new OutboxLog(broker.bootstrap())) {
      long ahead = System.currentTimeMillis() + Duration.ofDays(2).toMillis();
      log.appendRaw(
          new ProducerRecord<byte[], byte[]>(Topics.EVENTS, 0, ahead, null, "1".getBytes(UTF_8)));

      log.flush();

      assertEquals(ahead, log.read(Topics.EVENTS, "read_committed").getFirst().timestamp());
    }
  }

  @Test
  void topicsOfAnOlderVersionAreBroughtInLine() throws Exception {
    makeOld(Topics.OUTBOX, Map.of("message.timestamp.type", "CreateTime"));
    makeOld(Topics.EVENTS, Map.of("retention.ms", "1000"));

    TopicAdmin.ensure(admin, new TopicPlan(1, (short) 1, Duration.ofDays(2)));
    String raised = config(Topics.EVENTS, "retention.ms");
    TopicAdmin.ensure(admin, new TopicPlan(1, (short) 1, Duration.ofDays(1)));

    assertEquals("LogAppendTime", config(Topics.OUTBOX, "message.timestamp.type"));
    assertEquals("CreateTime", config(Topics.EVENTS, "message.timestamp.type"));
    assertEquals(Long.toString(Duration.ofDays(2).toMillis()), raised);
    assertEquals(raised, config(Topics.EVENTS, "retention.ms"));
  }

  @Test
  void aSequencerThatComesFirstKeepsTheLogAsLongAsTheContractsSay() throws Exception {
    try (SequencerService _ =
        SequencerService.start(SequencerConfig.local(broker.bootstrap(), 1, folder))) {
      long kept = Contracts.shipped().longestRetention().toMillis();

      assertEquals(Long.toString(kept), config(Topics.EVENTS, "retention.ms"));
    }
  }

  @Test
  void receiptsThatDoNotLieBesideTheirEventsAreRefused() throws Exception {
    admin.createTopics(List.of(new NewTopic(Topics.RECEIPTS, 2, (short) 1))).all().get();
    TopicPlan plan = new TopicPlan(1, (short) 1, Duration.ofDays(1));

    IllegalStateException refusal =
        assertThrows(IllegalStateException.class, () -> TopicAdmin.ensure(admin, plan));

    assertTrue(String.valueOf(refusal.getMessage()).contains(Topics.RECEIPTS), refusal::getMessage);
  }

  @Test
  void receiptsOfAnOlderVersionAreKeptUntilTheyCanBeWrittenAgain() throws Exception {
    makeOld(Topics.RECEIPTS, Map.of("cleanup.policy", "compact"));

    TopicAdmin.ensure(admin, new TopicPlan(1, (short) 1, Duration.ofDays(1)));

    assertEquals("compact", config(Topics.RECEIPTS, "cleanup.policy"));
    assertEquals("3600000", config(Topics.RECEIPTS, "min.compaction.lag.ms"));
  }
}
