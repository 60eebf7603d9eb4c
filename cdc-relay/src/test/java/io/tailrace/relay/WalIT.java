package io.tailrace.relay;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.schemas.testkit.Await;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The slot holds no WAL back for longer than it takes to read it, whoever writes. */
class WalIT {
  private static final int MEGABYTE = 1 << 20;

  private Servers servers;

  @BeforeEach
  void start() throws Exception {
    // What PostgreSQL writes of its own accord is not what is looked at.
    servers = new Servers(Map.of("autovacuum", "off", "checkpoint_timeout", "1h"));
  }

  @AfterEach
  void stop() {
    servers.close();
  }

  private long lagBytes() throws Exception {
    return Long.parseLong(
        servers.query(
            "select pg_wal_lsn_diff(pg_current_wal_lsn(), confirmed_flush_lsn)::bigint"
                + " from pg_replication_slots where slot_name = 'tailrace_1'"));
  }

  @Test
  void theWalDoesNotGrowWhileOnlyOthersWrite() throws Exception {
    try (TestRelay relay = new TestRelay(servers.config()).awaitStreaming()) {
      servers.execute("create table theirs (x text)");
      for (int i = 0; i < 40; i++) {
        servers.execute(
            "insert into theirs select repeat('y', 1000) from generate_series(1, 4000)");
      }

      Await.until("the slot has moved past it", () -> lagBytes() < 2 * MEGABYTE);

      assertFalse(relay.halted.isDone());
    }
  }

  @Test
  void theWalDoesNotGrowWhileNobodyWrites() throws Exception {
    try (TestRelay relay = new TestRelay(servers.config()).awaitStreaming()) {
      servers.publish("chat:a", "1");
      Await.until("the row is confirmed", () -> lagBytes() < 64 * 1024);
      String before = servers.query("select pg_current_wal_lsn()");

      Await.until(
          "some seconds pass",
          () ->
              servers
                  .query(
                      "select clock_timestamp() > backend_start + interval '5 seconds'"
                          + " from pg_stat_activity where application_name = 'tailrace-relay-lead'")
                  .equals("t"));

      long written =
          Long.parseLong(
              servers.query(
                  "select pg_wal_lsn_diff(pg_current_wal_lsn(), '" + before + "')::bigint"));
      assertTrue(written < 64 * 1024, () -> written + " bytes");
      assertFalse(relay.halted.isDone());
    }
  }
}
