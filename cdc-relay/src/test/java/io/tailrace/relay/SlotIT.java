package io.tailrace.relay;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.relay.slot.SlotException;
import io.tailrace.relay.slot.SlotName;
import io.tailrace.relay.slot.SlotSetup;
import io.tailrace.schemas.testkit.Await;
import io.tailrace.schemas.topic.Topics;
import java.sql.Connection;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** On a slot, or a database, that does not continue the log, the relay stops and says so. */
class SlotIT {
  private static final int MEGABYTE = 1 << 20;

  private Servers servers;

  @BeforeEach
  void start() throws Exception {
    // Small enough that a slot can be lost within a test.
    servers =
        new Servers(
            Map.of(
                "max_slot_wal_keep_size", "64MB",
                "wal_keep_size", "0",
                "min_wal_size", "32MB",
                "max_wal_size", "32MB"));
  }

  @AfterEach
  void stop() {
    servers.close();
  }

  private String haltOf(TestRelay relay) throws Exception {
    return relay.halted.get(3, TimeUnit.MINUTES);
  }

  private void writeWal(int megabytes) throws Exception {
    for (int i = 0; i < megabytes; i++) {
      servers.execute(
          "select pg_logical_emit_message(false, 'theirs', repeat('x', " + MEGABYTE + "))");
    }
  }

  private OutboxLog log() {
    return OutboxLog.read(servers.broker.bootstrap(), Topics.OUTBOX);
  }

  @Test
  void withoutASlotItDoesNotStart() throws Exception {
    servers.execute("select pg_drop_replication_slot('tailrace_1')");

    try (TestRelay relay = new TestRelay(servers.config())) {
      String reason = haltOf(relay);

      assertTrue(reason.contains("no replication slot tailrace_1"), reason);
      assertTrue(reason.contains("tailrace rebuild"), reason);
    }
  }

  @Test
  void aSlotIsNotMadeOverRowsThatItWouldSkip() throws Exception {
    servers.execute("select pg_drop_replication_slot('tailrace_1')");
    servers.publish("chat:a", "1");

    try (Connection connection = servers.connect()) {
      assertThrows(SlotException.class, () -> SlotSetup.create(connection, new SlotName(1), false));
    }
  }

  @Test
  void onALostSlotItDoesNotStart() throws Exception {
    for (int i = 0; i < 6; i++) {
      writeWal(24);
      servers.execute("select pg_switch_wal()");
      servers.execute("checkpoint");
    }
    Await.until(
        "the slot is lost",
        () ->
            servers
                .query("select wal_status from pg_replication_slots where slot_name = 'tailrace_1'")
                .equals("lost"));

    try (TestRelay relay = new TestRelay(servers.config())) {
      String reason = haltOf(relay);

      assertTrue(reason.contains("is lost"), reason);
      assertTrue(reason.contains("tailrace rebuild"), reason);
    }
  }

  @Test
  void onAForkedSourceItDoesNotStart() throws Exception {
    try (TestRelay relay = new TestRelay(servers.config()).awaitStreaming()) {
      servers.publish("chat:a", "1");
      servers.publish("chat:a", "2");
      Await.until("both are in the log", () -> log().records().size() == 2);
      assertFalse(relay.halted.isDone());
    }
    // As a failover that lost its last row.
    servers.execute("delete from tailrace.outbox where data::text = '2'");

    try (TestRelay relay = new TestRelay(servers.config())) {
      String reason = haltOf(relay);

      assertTrue(reason.contains("not in this database"), reason);
      assertTrue(reason.contains("tailrace rebuild"), reason);
    }
  }

  @Test
  void rowsThatRetentionDroppedAreNoFork() throws Exception {
    try (TestRelay relay = new TestRelay(servers.config()).awaitStreaming()) {
      servers.publish("chat:a", "1");
      Await.until("it is in the log", () -> log().records().size() == 1);
      assertFalse(relay.halted.isDone());
    }
    servers.execute("delete from tailrace.outbox");
    servers.execute("update tailrace.outbox_kept set since = now() + interval '1 minute'");

    try (TestRelay relay = new TestRelay(servers.config())) {
      relay.awaitStreaming();
    }
  }

  @Test
  void aSlotHeldBySomebodyElseIsNamedWithItsHolder() throws Exception {
    RelayConfig config = servers.config();
    try (TestRelay first = new TestRelay(config).awaitStreaming();
        Connection steal = servers.connect()) {
      // The lock is gone with its session, but the stream's session stays: a stuck relay.
      try (var statement = steal.createStatement()) {
        statement.execute(
            "select pg_terminate_backend(pid) from pg_locks"
                + " where locktype = 'advisory' and granted");
      }
      Await.until("the first halts", first.halted::isDone);
      try (TestRelay second = new TestRelay(RelayConfigs.with(config, "slot.wait.ms", "1500"))) {
        String reason = haltOf(second);

        assertTrue(reason.contains("still held by pid"), reason);
      }
    }
  }
}
