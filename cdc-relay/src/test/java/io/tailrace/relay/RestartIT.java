package io.tailrace.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.schemas.event.OutboxRecord;
import io.tailrace.schemas.testkit.Await;
import io.tailrace.schemas.topic.Topics;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a relay leaves when it ends in the middle, the next one completes. */
class RestartIT {
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
    return OutboxLog.read(servers.broker.bootstrap(), Topics.OUTBOX);
  }

  private void awaitMoreRecords(int more) {
    int before = log().records().size();
    Await.until("the relay carries rows", () -> log().records().size() >= before + more);
  }

  private void endWalSender() throws Exception {
    servers.execute(
        "select pg_terminate_backend(active_pid) from pg_replication_slots"
            + " where slot_name = 'tailrace_1' and active_pid is not null");
  }

  @Test
  void nothingIsLostDoubledOrReorderedOverEndsOfAllKinds() throws Exception {
    Witness witness = new Witness(servers);
    Random random = new Random(11);
    try (Writers writers = new Writers(servers)) {
      for (int round = 0; round < 3; round++) {
        try (RelayProcess relay = new RelayProcess(servers.config())) {
          awaitMoreRecords(1 + random.nextInt(200));
          relay.kill();
        }
        // What the killed one had sent is in the log by then, and the sender is not its own.
        try (TestRelay relay = new TestRelay(servers.config()).awaitStreaming()) {
          awaitMoreRecords(1 + random.nextInt(200));
          endWalSender();
          Await.until("the relay halts", relay.halted::isDone);
        }
        try (TestRelay relay = new TestRelay(servers.config())) {
          awaitMoreRecords(1 + random.nextInt(200));
          assertFalse(relay.halted.isDone());
        }
      }
      assertTrue(writers.committedRows.get() > 0);
    }
    Map<String, List<String>> expected = witness.committed();
    int all = expected.values().stream().mapToInt(List::size).sum();
    try (TestRelay last = new TestRelay(servers.config()).awaitStreaming()) {
      Await.until("all rows are in the log", () -> log().accepted().size() >= all);
      assertFalse(last.halted.isDone());
    }

    OutboxLog log = log();
    assertEquals(all, log.accepted().size());
    expected.forEach((channel, ids) -> assertEquals(ids, log.ids(channel), channel));
  }

  @Test
  void aRestartRepeatsOnlyWhatWasNotConfirmed() throws Exception {
    try (TestRelay first = new TestRelay(servers.config()).awaitStreaming()) {
      for (int i = 0; i < 50; i++) {
        servers.publish("chat:a", Integer.toString(i));
      }
      String end = servers.query("select pg_current_wal_insert_lsn()");
      Await.until("all rows are carried", () -> log().records().size() == 50);
      Await.until("the slot is told so", () -> confirmed(end));
      assertFalse(first.halted.isDone());
    }

    try (TestRelay second = new TestRelay(servers.config()).awaitStreaming()) {
      servers.publish("chat:a", "50");
      Await.until("the new row is carried", () -> log().accepted().size() == 51);
      assertFalse(second.halted.isDone());
    }

    assertEquals(51, log().records().size());
  }

  private boolean confirmed(String lsn) throws Exception {
    return servers
        .query(
            "select confirmed_flush_lsn >= '%s' from pg_replication_slots where slot_name = 'tailrace_1'"
                .formatted(lsn))
        .equals("t");
  }

  @Test
  void aFailedSendHaltsAndTheRestComesAfterTheRestart() throws Exception {
    Witness witness = new Witness(servers);
    try (RelayProcess relay = new RelayProcess(servers.config())) {
      servers.publish("chat:a", "1");
      awaitRecords(1);
      // The relay has asked for the limit before; now the broker refuses what it sends.
      messageBytesMax(2_000);
      servers.publish("chat:a", "\"" + "x".repeat(5_000) + "\"");
      assertEquals(70, relay.awaitExit(), relay::output);
      servers.publish("chat:a", "2");
    }
    messageBytesMax(1_000_000);
    int left = log().records().size();

    try (TestRelay next = new TestRelay(servers.config()).awaitStreaming()) {
      Await.until("the rest comes", () -> log().accepted().size() == 3);
      assertFalse(next.halted.isDone());
    }

    assertEquals(1, left);
    assertEquals(witness.committed().get("chat:a"), log().ids("chat:a"));
  }

  @Test
  void anOversizedRowIsADeadLetterAndTheChannelGoesOn() throws Exception {
    RelayConfig small = RelayConfigs.with(servers.config(), "kafka.request.bytes.max", "10000");
    try (TestRelay relay = new TestRelay(small).awaitStreaming()) {
      servers.publish("chat:a", "1");
      servers.publish("chat:a", "\"" + "x".repeat(10_000) + "\"");
      servers.publish("chat:a", "2");

      Await.until("both others arrive", () -> log().accepted().size() == 2);

      assertFalse(relay.halted.isDone());
    }
    OutboxLog dead = OutboxLog.read(servers.broker.bootstrap(), Topics.DEADLETTER);
    assertEquals(1, dead.records().size());
  }

  @Test
  void aStandbyTakesOver() throws Exception {
    try (RelayProcess leader = new RelayProcess(servers.config())) {
      servers.publish("chat:a", "1");
      awaitRecords(1);
      try (TestRelay standby = new TestRelay(servers.config())) {
        Await.until("the second stands by", standby.service::ready);
        assertFalse(standby.service.streaming());
        assertEquals(
            "tailrace_1",
            servers.query("select string_agg(slot_name, ' ') from pg_replication_slots"),
            "what it has rehearsed leaves nothing behind");

        leader.kill();
        servers.publish("chat:a", "2");

        standby.awaitStreaming();
        Await.until("it carries on", () -> log().accepted().size() == 2);
      }
    }
    List<OutboxRecord> rows = log().accepted();
    assertEquals("1", new String(rows.get(0).data(), StandardCharsets.UTF_8));
  }

  @Test
  void aRelayWithoutItsLockHalts() throws Exception {
    try (TestRelay relay = new TestRelay(servers.config()).awaitStreaming()) {
      servers.execute(
          "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and granted");

      Await.until("it halts", relay.halted::isDone);
    }
  }

  private void awaitRecords(int count) {
    Await.until(count + " records", () -> log().records().size() >= count);
  }

  private void messageBytesMax(int bytes) throws Exception {
    ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, Topics.OUTBOX);
    ConfigEntry entry = new ConfigEntry("max.message.bytes", Integer.toString(bytes));
    AlterConfigOp set = new AlterConfigOp(entry, AlterConfigOp.OpType.SET);
    try (var admin = servers.admin()) {
      admin.incrementalAlterConfigs(Map.of(topic, List.of(set))).all().get();
      Await.until(
          "the broker has heard of it from the controller",
          () -> {
            var found = admin.describeConfigs(List.of(topic)).all().get().get(topic);
            return found != null && entry.value().equals(found.get(entry.name()).value());
          });
    }
  }
}
