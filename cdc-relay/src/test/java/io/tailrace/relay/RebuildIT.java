package io.tailrace.relay;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.relay.publish.Halt;
import io.tailrace.relay.rebuild.Rebuild;
import io.tailrace.relay.slot.SlotException;
import io.tailrace.schemas.event.Envelope;
import io.tailrace.schemas.event.OutboxRecord;
import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.testkit.Await;
import io.tailrace.schemas.topic.EpochMark;
import io.tailrace.schemas.topic.EventHeaders;
import io.tailrace.schemas.topic.Topics;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A rebuild brings every row again, once, in commit order, whatever was lost and whenever it died.
 */
class RebuildIT {
  private Servers servers;

  @BeforeEach
  void start() throws Exception {
    servers = new Servers();
  }

  @AfterEach
  void stop() {
    servers.close();
  }

  private OutboxLog log() {
    OutboxLog all = OutboxLog.read(servers.broker.bootstrap(), Topics.OUTBOX);
    return new OutboxLog(
        all.records().stream().filter(record -> !EpochMark.is(record.headers())).toList());
  }

  private List<ConsumerRecord<byte[], byte[]>> marks() {
    return OutboxLog.read(servers.broker.bootstrap(), Topics.OUTBOX).records().stream()
        .filter(record -> EpochMark.is(record.headers()))
        .toList();
  }

  /** The accepted rows of one incarnation: ids per channel. */
  private Map<String, List<String>> accepted(int incarnation) {
    Map<String, List<String>> ids = new HashMap<>();
    for (OutboxRecord row : log().accepted()) {
      if (row.position().incarnation() == incarnation) {
        ids.computeIfAbsent(row.channel().name(), c -> new ArrayList<>()).add(row.envelope().id());
      }
    }
    return ids;
  }

  private Rebuild.Outcome rebuild(Rebuild.Progress progress) throws InterruptedException {
    Halt halt =
        (reason, cause) -> {
          throw new AssertionError(reason, cause);
        };
    return RelayRebuild.run(servers.config(), 1, progress, halt);
  }

  private Rebuild.Outcome rebuild() throws InterruptedException {
    return rebuild(new Steps(() -> {}));
  }

  /** Runs something once, when the first rows are in the log. */
  private static final class Steps implements Rebuild.Progress {
    private final Step first;
    private boolean ran;

    interface Step {
      void run() throws Exception;
    }

    Steps(Step first) {
      this.first = first;
    }

    @Override
    public void step(String line) {}

    @Override
    public void rows(long done, long all) {
      if (!ran) {
        ran = true;
        try {
          first.run();
        } catch (Exception e) {
          throw new IllegalStateException(e);
        }
      }
    }
  }

  private String slots() throws Exception {
    return servers.query(
        "select string_agg(slot_name, ' ' order by slot_name) from pg_replication_slots"
            + " where plugin = 'pgoutput'");
  }

  @Test
  void afterTheTopicsAreLostEveryRowComesAgainInCommitOrder() throws Exception {
    Witness witness = new Witness(servers);
    try (TestRelay relay = new TestRelay(servers.config()).awaitStreaming();
        Writers writers = new Writers(servers)) {
      Await.until("some rows", () -> writers.committedRows.get() > 300);
      assertFalse(relay.halted.isDone());
    }
    servers.loseTopics();

    Rebuild.Outcome outcome = rebuild();
    int first = (int) outcome.rows();
    servers.publish("chat:0", "1");
    try (TestRelay relay = new TestRelay(servers.config()).awaitStreaming()) {
      Await.until("the row behind the rebuild", () -> log().records().size() > first);
      assertFalse(relay.halted.isDone());
    }

    assertEquals(2, outcome.number());
    assertEquals(Servers.PARTITIONS, outcome.partitions());
    // Two that committed together may stand the other way round in the WAL: the times are what is
    // left of the order once the log is lost.
    assertEquals(sorted(witness.committed()), sorted(accepted(2)));
    for (Map.Entry<String, List<String>> channel : accepted(2).entrySet()) {
      assertEquals(byCommitTime(channel.getKey()), String.join(" ", channel.getValue()));
    }
    assertEquals(Servers.PARTITIONS, marks().size());
    assertEquals("tailrace_2", slots());
  }

  private static Map<String, List<String>> sorted(Map<String, List<String>> ids) {
    Map<String, List<String>> sorted = new HashMap<>();
    ids.forEach((channel, list) -> sorted.put(channel, list.stream().sorted().toList()));
    return sorted;
  }

  private String byCommitTime(String channel) throws Exception {
    return servers.query(
        "select string_agg(id::text, ' ' order by pg_xact_commit_timestamp(xmin),"
            + " xmin::text::bigint, ctid)"
            + " from tailrace.outbox where channel = '"
            + channel
            + "'");
  }

  @Test
  void rowsCommittedMeanwhileComeOnceThroughTheNewSlot() throws Exception {
    Witness witness = new Witness(servers);
    servers.publish("chat:a", "1");

    rebuild(new Steps(() -> servers.publish("chat:a", "2")));

    try (TestRelay _ = new TestRelay(servers.config()).awaitStreaming()) {
      Await.until("both", () -> log().records().size() >= 2);
      servers.publish("chat:a", "3");
      Await.until("all", () -> log().records().size() >= 3);
    }
    assertEquals(witness.committed(), accepted(2));
    assertEquals(3, log().records().size());
  }

  @Test
  void oneThatDiedIsBegunAgainUnderTheNextNumber() throws Exception {
    Witness witness = new Witness(servers);
    for (int i = 0; i < 20; i++) {
      servers.publish("chat:" + i % 3, "1");
    }
    assertThrows(
        IllegalStateException.class,
        () ->
            rebuild(
                new Steps(() -> {
                  throw new IllegalStateException("killed");
                })));
    try (TestRelay relay = new TestRelay(servers.config())) {
      String reason = relay.halted.get(3, TimeUnit.MINUTES);
      assertTrue(reason.contains("incarnation 2 was begun"), reason);
      assertTrue(reason.contains("tailrace rebuild"), reason);
    }

    Rebuild.Outcome outcome = rebuild();

    assertEquals(3, outcome.number());
    assertEquals(witness.committed(), accepted(3));
    assertEquals("tailrace_3", slots());
    try (TestRelay relay = new TestRelay(servers.config()).awaitStreaming()) {
      assertFalse(relay.halted.isDone());
    }
  }

  @Test
  void theOldLogDecidesWhereCommitTimesAreWrong() throws Exception {
    List<String> written = new ArrayList<>();
    try (Connection connection = servers.connect()) {
      for (int i = 0; i < 5; i++) {
        written.add(Servers.insert(connection, "chat:a", "1"));
      }
    }
    // The log begins at the second and names the fourth before the third.
    List<String> numbered = List.of(written.get(1), written.get(3), written.get(2));
    for (int i = 0; i < numbered.size(); i++) {
      event(numbered.get(i), 1, i + 7);
    }
    // Of a rebuild that was never completed.
    event(written.get(4), 2, 1);

    rebuild();

    assertEquals(
        List.of(written.get(0), written.get(1), written.get(3), written.get(2), written.get(4)),
        accepted(3).get("chat:a"));
  }

  private void event(String id, int epoch, long seq) throws Exception {
    Channel channel = new Channel("t", "chat", "a");
    RecordHeaders headers = new RecordHeaders();
    EventHeaders.writeEnvelope(
        headers, channel, new Envelope(id, "x", null, null, "2026-01-01T00:00:00.000000Z", null));
    EventHeaders.writeSequence(headers, epoch, seq, 0);
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", servers.broker.bootstrap()),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      producer
          .send(
              new ProducerRecord<byte[], byte[]>(
                  Topics.EVENTS, null, null, channel.full().getBytes(UTF_8), new byte[1], headers))
          .get();
    }
  }

  @Test
  void theRelaysProgramDoesItAndEnds() throws Exception {
    servers.publish("chat:a", "1");

    try (RelayProcess process = new RelayProcess(servers.config(), "--rebuild", "--epoch=5")) {
      assertEquals(0, process.awaitExit(), process::output);
      assertTrue(process.output().contains("1 rows published again as epoch 5"), process::output);
    }

    assertEquals(1, accepted(5).size());
  }

  @Test
  void itDoesNotBeginWhileARelayLeads() throws Exception {
    try (TestRelay relay = new TestRelay(servers.config()).awaitStreaming()) {
      SlotException refusal = assertThrows(SlotException.class, this::rebuild);

      assertTrue(String.valueOf(refusal.getMessage()).contains("stop every relay"));
      assertFalse(relay.halted.isDone());
    }
    assertEquals("1", servers.query("select max(number) from tailrace.incarnation"));
  }

  @Test
  void aSequencerThatLostItsPlaceIsPutBehindWhatItCannotRead() throws Exception {
    TopicPartition partition = new TopicPartition(Topics.OUTBOX, 0);
    try (Admin admin = servers.admin()) {
      admin
          .alterConsumerGroupOffsets(
              Topics.SEQUENCER_GROUP, Map.of(partition, new OffsetAndMetadata(500)))
          .all()
          .get();

      rebuild();

      OffsetAndMetadata now =
          admin
              .listConsumerGroupOffsets(Topics.SEQUENCER_GROUP)
              .partitionsToOffsetAndMetadata()
              .get()
              .get(partition);
      assertEquals(new OffsetAndMetadata(0), now);
    }
  }
}
