package io.tailrace.relay;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.embed.KafkaBroker;
import io.tailrace.embed.PostgresServer;
import io.tailrace.relay.rebuild.Rebuild;
import io.tailrace.relay.slot.LastAccepted;
import io.tailrace.relay.slot.LogEnd;
import io.tailrace.schemas.event.Envelope;
import io.tailrace.schemas.event.OutboxRecord;
import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.testkit.Await;
import io.tailrace.schemas.topic.EpochMark;
import io.tailrace.schemas.topic.EventHeaders;
import io.tailrace.schemas.topic.Topics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.replication.LogSequenceNumber;

/** The database comes back from a backup: the relay says so, and a rebuild is the way on. */
class ForkIT {
  @TempDir Path folder;
  private Servers servers;

  @BeforeEach
  void start() throws Exception {
    servers = new Servers(PostgresServer.start(database(), 0), KafkaBroker.temporary());
    servers.prepare();
  }

  @AfterEach
  void stop() {
    servers.close();
  }

  private Path database() {
    return folder.resolve("postgres");
  }

  private List<OutboxRecord> accepted() {
    List<ConsumerRecord<byte[], byte[]>> rows =
        OutboxLog.read(servers.broker.bootstrap(), Topics.OUTBOX).records().stream()
            .filter(record -> !EpochMark.is(record.headers()))
            .toList();
    return new OutboxLog(rows).accepted();
  }

  private int published() {
    return OutboxLog.read(servers.broker.bootstrap(), Topics.OUTBOX).records().size();
  }

  private void carry(int until) throws Exception {
    try (TestRelay relay = new TestRelay(servers.config()).awaitStreaming()) {
      Await.until(until + " rows", () -> accepted().size() >= until);
      assertFalse(relay.halted.isDone());
    }
  }

  private String haltReason() throws Exception {
    try (TestRelay relay = new TestRelay(servers.config())) {
      return relay.halted.get(3, TimeUnit.MINUTES);
    }
  }

  private void write(String channel, int rows) throws Exception {
    for (int i = 0; i < rows; i++) {
      servers.publish(channel, Integer.toString(i));
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
  }

  private static void delete(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  @Test
  void aDatabaseFromABackupStopsTheRelayAndARebuildGoesOn() throws Exception {
    write("chat:a", 5);
    carry(5);
    servers.postgres.close();
    Path backup = folder.resolve("backup");
    copy(database(), backup);
    servers = new Servers(PostgresServer.start(database(), 0), servers.broker);
    write("chat:a", 5);
    write("chat:b", 5);
    carry(15);

    servers.postgres.close();
    delete(database());
    copy(backup, database());
    servers = new Servers(PostgresServer.start(database(), 0), servers.broker);
    write("chat:a", 7);
    int published = published();
    String reason = haltReason();
    assertEquals(published, published());
    Rebuild.Outcome outcome =
        RelayRebuild.run(
            servers.config(),
            1,
            new Quiet(),
            (why, cause) -> {
              throw new AssertionError(why, cause);
            });
    write("chat:b", 2);
    carry(15 + 12 + 2);

    assertTrue(reason.contains("not the one that the log was made from"), reason);
    assertTrue(reason.contains("tailrace rebuild"), reason);
    assertEquals(2, outcome.number());
    assertEquals(12, outcome.rows());
    String all = servers.query("select string_agg(id::text, ' ' order by id) from tailrace.outbox");
    String again =
        String.join(
            " ",
            accepted().stream()
                .filter(row -> row.position().incarnation() == 2)
                .map(row -> row.envelope().id())
                .sorted()
                .toList());
    assertEquals(all, again);
  }

  @Test
  void aForkIsSeenBehindAnyNumberOfRepeats() throws Exception {
    write("chat:a", 3);
    String before = servers.query("select confirmed_flush_lsn from pg_replication_slots");
    carry(3);
    List<ConsumerRecord<byte[], byte[]>> rows =
        OutboxLog.read(servers.broker.bootstrap(), Topics.OUTBOX).records();
    // As relays that were killed again and again before the slot was told anything.
    try (KafkaProducer<byte[], byte[]> producer = producer()) {
      for (int i = 0; i < 5_000; i++) {
        ConsumerRecord<byte[], byte[]> row = rows.getFirst();
        var _ =
            producer.send(
                new ProducerRecord<byte[], byte[]>(
                    row.topic(),
                    row.partition(),
                    (Long) null,
                    row.key(),
                    row.value(),
                    row.headers()));
      }
    }
    // Where the slot stood before all of it.
    long confirmed = LogSequenceNumber.valueOf(before).asLong();
    try (Consumer<byte[], byte[]> consumer =
        new KafkaSide(servers.config()).consumer("test", false)) {
      List<LastAccepted> last = LogEnd.read(consumer, 1, confirmed);

      assertEquals(
          List.of(String.valueOf(EventHeaders.idOf(rows.getLast().headers()))),
          last.stream().map(LastAccepted::id).toList());
    }
  }

  @Test
  void whatOnlyTheLogOfEventsStillKnowsIsLookedForToo() throws Exception {
    write("chat:a", 2);
    carry(2);
    OutboxRecord lost = accepted().getLast();
    try (KafkaProducer<byte[], byte[]> producer = producer();
        Admin admin = servers.admin()) {
      producer.send(event(lost)).get();
      for (int i = 0; i < Servers.PARTITIONS; i++) {
        admin
            .deleteRecords(
                Map.of(new TopicPartition(Topics.OUTBOX, i), RecordsToDelete.beforeOffset(-1)))
            .all()
            .get();
      }
    }
    servers.execute("delete from tailrace.outbox where id = '" + lost.envelope().id() + "'");

    String reason = haltReason();

    assertTrue(reason.contains("tailrace.events"), reason);
    assertTrue(reason.contains("tailrace rebuild"), reason);
  }

  private static ProducerRecord<byte[], byte[]> event(OutboxRecord row) {
    Channel channel = row.channel();
    Envelope envelope = row.envelope();
    RecordHeaders headers = new RecordHeaders();
    EventHeaders.writeEnvelope(headers, channel, envelope);
    EventHeaders.writeSequence(headers, 1, 2, 0);
    return new ProducerRecord<byte[], byte[]>(
        Topics.EVENTS, null, (Long) null, channel.full().getBytes(UTF_8), row.data(), headers);
  }

  private KafkaProducer<byte[], byte[]> producer() {
    return new KafkaProducer<>(
        Map.of("bootstrap.servers", servers.broker.bootstrap()),
        new ByteArraySerializer(),
        new ByteArraySerializer());
  }

  private static final class Quiet implements Rebuild.Progress {
    @Override
    public void step(String line) {}

    @Override
    public void rows(long done, long all) {}
  }
}
