package io.tailrace.write.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.embed.PostgresServer;
import io.tailrace.schemas.testkit.Await;
import io.tailrace.write.commit.WritePool;
import io.tailrace.write.migrate.Migration;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A broadcast whose process is killed, on a database of its own. */
@SuppressWarnings("NullAway.Init") // JUnit fills the fields before any test
class BroadcastKillIT {
  private static final int CHANNELS = 10_000;

  @TempDir private Path folder;
  private static PostgresServer postgres;
  private static Connection owner;

  @BeforeAll
  static void start() throws SQLException {
    postgres = PostgresServer.temporary();
    try (var pool = WritePool.open(postgres.jdbcUrl(), postgres.user(), postgres.password(), 1)) {
      Migration.apply(pool);
    }
    owner = DriverManager.getConnection(postgres.jdbcUrl(), postgres.user(), postgres.password());
  }

  @AfterAll
  static void stop() throws SQLException {
    owner.close();
    postgres.close();
  }

  private Process carrier() throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx128m", "-cp", System.getProperty("java.class.path")));
    command.add(BroadcastMain.class.getName());
    command.addAll(List.of(postgres.jdbcUrl(), postgres.user(), postgres.password(), kinds()));
    return new ProcessBuilder(command)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  /** By the tenant's limit each process takes many seconds, so that none is killed too late. */
  private String kinds() throws IOException {
    return LimitedContracts.write(folder, 100, 1000).toString();
  }

  private static int reached() throws SQLException {
    return Integer.parseInt(Sql.text(owner, "select sum(reached) from tailrace.broadcast"));
  }

  private static void job(String id, String prefix) throws SQLException {
    Sql.run(
        owner,
        "insert into tailrace.broadcast (tenant, id, author, type, data, traceparent, reason,"
            + " channels, body_hash) select 'demo', '"
            + id
            + "', 'root', 'message.posted', '{\"text\":\"x\"}',"
            + " '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', 'test',"
            + " array_agg('chat:"
            + prefix
            + "-' || n order by n), '' from generate_series(1, "
            + CHANNELS
            + ") n");
  }

  /**
   * Killed three times, then two processes at once: two jobs end, each channel has its event once.
   */
  @Test
  void everyChannelHasItsEventOnceHoweverOftenTheProcessIsKilled()
      throws IOException, SQLException, InterruptedException {
    job("0191d7a4-4a3c-7b1e-8f00-000000000001", "one");
    job("0191d7a4-4a3c-7b1e-8f00-000000000002", "two");
    for (int kill = 1; kill <= 3; kill++) {
      int before = reached();
      Process process = carrier();
      Await.until("the process is in the middle", () -> reached() >= before + 600);
      process.destroyForcibly().waitFor();
      assertTrue(reached() < 2 * CHANNELS, "it was killed too late");
      // In one look: what the killed one had sent may still be committed.
      assertEquals(
          "0",
          Sql.text(
              owner,
              "select (select sum(reached) from tailrace.broadcast) - (select count(*) from"
                  + " tailrace.outbox)"));
    }
    Process left = carrier();
    Process right = carrier();

    Await.until("both jobs are done", () -> reached() == 2 * CHANNELS);

    left.destroyForcibly().waitFor();
    right.destroyForcibly().waitFor();
    assertEquals(
        "20000 20000 20000",
        Sql.text(
            owner,
            "select concat_ws(' ', count(*), count(distinct channel), count(distinct id)) from"
                + " tailrace.outbox"));
    assertEquals(
        "done,done", Sql.text(owner, "select string_agg(state, ',') from tailrace.broadcast"));
    assertEquals(
        "broadcast.finished 10000,broadcast.finished 10000",
        Sql.text(
            owner, "select string_agg(concat_ws(' ', action, reached), ',') from tailrace.audit"));
  }
}
