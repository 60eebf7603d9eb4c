package io.tailrace.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.tailrace.embed.KafkaBroker;
import io.tailrace.embed.PostgresServer;
import io.tailrace.schemas.event.OutboxRecord;
import io.tailrace.schemas.testkit.Await;
import io.tailrace.schemas.topic.TopicAdmin;
import io.tailrace.schemas.topic.TopicPlan;
import io.tailrace.schemas.topic.Topics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The primary is killed and its standby promoted, with the relay's slot kept on both (PostgreSQL's
 * chapter "Logical Replication Failover"): nothing is lost, doubled or reordered.
 */
class FailoverIT {
  @TempDir Path folder;

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
  }

  private static void kill(Path postgres) throws IOException {
    String pid = Files.readAllLines(postgres.resolve("data/postmaster.pid")).getFirst().strip();
    ProcessHandle server = ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
    server.destroyForcibly();
    Await.until("the primary is dead", () -> !server.isAlive());
  }

  private List<OutboxRecord> accepted(KafkaBroker broker) {
    return OutboxLog.read(broker.bootstrap(), Topics.OUTBOX).accepted();
  }

  @Test
  void aPromotedStandbyWithTheSlotGoesOn() throws Exception {
    Path first = folder.resolve("first");
    Path second = folder.resolve("second");
    PostgresServer.start(first, 0).close();
    copy(first, second);
    Files.createFile(second.resolve("data/standby.signal"));
    List<String> written = new ArrayList<>();
    try (KafkaBroker broker = KafkaBroker.temporary()) {
      try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()))) {
        TopicAdmin.ensure(admin, new TopicPlan(Servers.PARTITIONS, (short) 1, Duration.ofDays(1)));
      }
      Map<String, String> waitForStandby = Map.of("synchronized_standby_slots", "standby");
      try (PostgresServer primary = PostgresServer.start(first, 0, waitForStandby)) {
        Servers before = new Servers(primary, broker);
        before.execute("select pg_create_physical_replication_slot('standby', true)");
        try (PostgresServer standby = PostgresServer.start(second, 0, following(primary))) {
          Servers after = new Servers(standby, broker);
          before.prepareSchema();
          carryThenKill(before, after, first, written);
          after.execute("select pg_promote(true)");
          goOn(after, written);
        }
      }
      List<OutboxRecord> all = accepted(broker);
      assertEquals(written, all.stream().map(row -> row.envelope().id()).toList());
      assertEquals(1, all.getFirst().position().timeline());
      assertEquals(2, all.getLast().position().timeline());
    }
  }

  private static Map<String, String> following(PostgresServer primary) {
    return Map.of(
        "primary_conninfo",
        "'host=%s port=%d user=%s password=%s dbname=%s application_name=standby'"
            .formatted(
                primary.host(),
                primary.port(),
                primary.user(),
                primary.password(),
                primary.database()),
        "primary_slot_name",
        "standby",
        "hot_standby_feedback",
        "on",
        "sync_replication_slots",
        "on");
  }

  private void carryThenKill(Servers before, Servers after, Path first, List<String> written)
      throws Exception {
    RelayConfig config =
        RelayConfigs.with(before.config(), "slot.create", "true", "slot.failover", "true");
    try (TestRelay relay = new TestRelay(config).awaitStreaming()) {
      // A commit is acknowledged when the standby has it: else a failover could lose it.
      before.execute("alter system set synchronous_standby_names = '*'");
      before.execute("select pg_reload_conf()");
      Await.until(
          "the standby keeps the slot",
          () -> {
            write(before, written, 1);
            return after
                .query(
                    "select count(*) from pg_replication_slots where slot_name = 'tailrace_1'"
                        + " and synced and not temporary and invalidation_reason is null")
                .equals("1");
          });
      write(before, written, 20);
      Await.until("some are carried", () -> accepted(before.broker).size() > 5);
      kill(first);
      Await.until("the relay halts", relay.halted::isDone);
    }
  }

  private void goOn(Servers after, List<String> written) throws Exception {
    write(after, written, 10);
    try (TestRelay relay = new TestRelay(after.config()).awaitStreaming()) {
      Await.until(
          "all have come, and what the standby's slot stood behind came again",
          () -> accepted(after.broker).size() >= written.size());
      assertFalse(relay.halted.isDone());
    }
  }

  private static void write(Servers servers, List<String> written, int rows) throws Exception {
    try (var connection = servers.connect()) {
      for (int i = 0; i < rows; i++) {
        written.add(Servers.insert(connection, "chat:a", "1"));
      }
    }
  }
}
