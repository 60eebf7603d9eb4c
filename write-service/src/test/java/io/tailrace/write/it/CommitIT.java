package io.tailrace.write.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.zaxxer.hikari.HikariDataSource;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.testkit.Await;
import io.tailrace.write.commit.Claim;
import io.tailrace.write.commit.Clocks;
import io.tailrace.write.commit.CommitLimits;
import io.tailrace.write.commit.CommitResult;
import io.tailrace.write.commit.CommitResult.Committed;
import io.tailrace.write.commit.CommitResult.Refused;
import io.tailrace.write.commit.EventRow;
import io.tailrace.write.commit.GroupCommitter;
import io.tailrace.write.commit.WritePool;
import io.tailrace.write.commit.WriteUnit;
import io.tailrace.write.measure.WriteMetrics;
import io.tailrace.write.migrate.Migration;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Batches on a real PostgreSQL: a bad neighbour, killed sessions, order. */
@SuppressWarnings("NullAway.Init") // JUnit fills the fields before any test
class CommitIT {
  private static final String DATA = "{\"text\":\"x\"}";

  private static HikariDataSource pool;

  @BeforeAll
  static void start() {
    var postgres = Servers.postgres();
    pool = WritePool.open(postgres.jdbcUrl(), postgres.user(), postgres.password(), 2);
    Migration.apply(pool);
  }

  @AfterAll
  static void stop() {
    pool.close();
  }

  private static GroupCommitter committer(int lanes) {
    return new GroupCommitter(
        pool,
        new CommitLimits(lanes, 4096, 256, 1 << 20, TimeUnit.MINUTES.toNanos(5)),
        Clocks.system(),
        new WriteMetrics(new SimpleMeterRegistry()));
  }

  private static WriteUnit unit(String channel, String data, @Nullable String key) {
    return new WriteUnit(
        List.of(
            new EventRow(
                UUID.randomUUID().toString(),
                new Channel("demo", "chat", channel),
                "message.posted",
                null,
                "ada",
                data,
                data.length(),
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")),
        key == null ? null : new Claim("demo", "ada", key, "ab".repeat(32)),
        false);
  }

  private static CompletableFuture<CommitResult> submit(GroupCommitter committer, WriteUnit unit) {
    CompletableFuture<CommitResult> result = committer.submit(unit);
    assertNotNull(result);
    return result;
  }

  @Test
  void aBadWriteFailsAlone() throws ExecutionException, InterruptedException, SQLException {
    try (GroupCommitter committer = committer(1);
        Connection blocker = Servers.connect();
        Statement statement = blocker.createStatement()) {
      // The table is locked while the lane's first unit waits, so all others gather in one batch.
      blocker.setAutoCommit(false);
      statement.execute("lock table tailrace.outbox in share row exclusive mode");
      List<CompletableFuture<CommitResult>> results = new ArrayList<>();
      for (int i = 0; i < 21; i++) {
        String key = i % 3 == 0 ? "neighbour-" + i : null;
        results.add(submit(committer, unit("neighbours", i == 11 ? "{not json" : DATA, key)));
      }
      blocker.rollback();

      for (int i = 0; i < results.size(); i++) {
        Class<?> expected = i == 11 ? Refused.class : Committed.class;
        assertInstanceOf(expected, results.get(i).get());
      }
    }
    assertEquals(20, WriteIT.count("channel = 'chat:neighbours'"));
  }

  @Test
  void killedSessionsNeitherLoseNorDoubleAWrite()
      throws ExecutionException, InterruptedException, SQLException {
    int units = 6_000;
    List<String> ids = new ArrayList<>();
    List<CompletableFuture<CommitResult>> results = new ArrayList<>();
    int killed = 0;
    try (GroupCommitter committer = committer(2);
        Connection killer = Servers.connect();
        Statement statement = killer.createStatement()) {
      for (int i = 0; i < units; i++) {
        WriteUnit unit = unit("killed-" + i % 7, DATA, i % 2 == 0 ? "killed-" + i : null);
        ids.add(unit.rows().getFirst().id());
        CompletableFuture<CommitResult> result;
        while ((result = committer.submit(unit)) == null) {
          Thread.onSpinWait();
        }
        results.add(result);
        if (i % 300 == 299) {
          statement.execute(
              "select pg_terminate_backend(pid) from pg_stat_activity"
                  + " where application_name = 'tailrace-write' and state <> 'idle'");
          killed++;
        }
      }
      for (CompletableFuture<CommitResult> result : results) {
        assertInstanceOf(Committed.class, result.get());
      }
    }

    assertTrue(killed >= 20);
    assertEquals(units, WriteIT.count("channel like 'chat:killed-%'"));
    String list = "'" + String.join("','", ids) + "'";
    assertEquals(units, WriteIT.count("id in (" + list + ")"));
  }

  @Test
  void writesOfAChannelKeepTheOrderOfTheirArrival()
      throws ExecutionException, InterruptedException, SQLException {
    List<String> ids = new ArrayList<>();
    List<CompletableFuture<CommitResult>> results = new ArrayList<>();
    List<String> stored;
    try (CommitOrder order = new CommitOrder("commit_order");
        GroupCommitter committer = committer(2)) {
      for (int i = 0; i < 2_000; i++) {
        WriteUnit unit = unit("ordered", DATA, i % 5 == 0 ? "ordered-" + i : null);
        ids.add(unit.rows().getFirst().id());
        results.add(submit(committer, unit));
      }
      for (CompletableFuture<CommitResult> result : results) {
        assertInstanceOf(Committed.class, result.get());
      }
      stored =
          order.read().stream()
              .filter(row -> row.channel().equals("chat:ordered"))
              .map(CommitOrder.Row::id)
              .toList();
    }
    assertEquals(ids, stored);
  }

  @Test
  void aKeyThatAnotherTransactionHoldsIsWaitedForAndThenReplayed() throws Exception {
    WriteUnit unit = unit("held", DATA, "held");
    try (GroupCommitter committer = committer(1);
        Connection other = Servers.connect();
        Statement statement = other.createStatement()) {
      other.setAutoCommit(false);
      statement.execute(
          "insert into tailrace.written (tenant, author, key, body_hash, ids) values"
              + " ('demo', 'ada', 'held', decode(repeat('ab', 32), 'hex'),"
              + " array['0191d7a4-4a3c-7b1e-8f00-5b0c5a3e9d10'::uuid])");
      CompletableFuture<CommitResult> result = submit(committer, unit);
      Await.until("the lane waits for the key", CommitIT::somebodyWaits);
      other.commit();

      CommitResult.Replayed replayed = assertInstanceOf(CommitResult.Replayed.class, result.get());
      assertEquals(List.of("0191d7a4-4a3c-7b1e-8f00-5b0c5a3e9d10"), replayed.ids());
    }
  }

  @Test
  void whatIsQueuedAtTheCloseIsCommitted() throws Exception {
    List<CompletableFuture<CommitResult>> results = new ArrayList<>();
    GroupCommitter committer = committer(2);
    for (int i = 0; i < 1_000; i++) {
      results.add(submit(committer, unit("closing-" + i % 5, DATA, null)));
    }
    committer.close();

    for (CompletableFuture<CommitResult> result : results) {
      assertTrue(result.isDone());
      assertInstanceOf(Committed.class, result.get());
    }
    assertNull(committer.submit(unit("closing", DATA, null)));
    assertEquals(1_000, WriteIT.count("channel like 'chat:closing-%'"));
  }

  private static boolean somebodyWaits() throws SQLException {
    try (Connection connection = Servers.connect();
        Statement statement = connection.createStatement();
        var row =
            statement.executeQuery(
                "select count(*) from pg_stat_activity where application_name = 'tailrace-write'"
                    + " and wait_event_type = 'Lock'")) {
      return row.next() && row.getLong(1) > 0;
    }
  }
}
