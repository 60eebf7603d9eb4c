package io.tailrace.load.driver;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGProperty;
import org.postgresql.replication.LogSequenceNumber;
import org.postgresql.replication.PGReplicationStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * PostgreSQL's own order of commits, through a logical slot of its own: the list that everything
 * else is compared with.
 *
 * <p>The slot is a lasting one, because PostgreSQL itself may be killed in a run; after a reconnect
 * the transactions that were already taken are recognised by their commit LSN, which only grows
 * within one server's life. {@link #close} drops the slot. One thread reads and calls the sink.
 */
public final class CommitLog implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(CommitLog.class);
  private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
  private static final long IDLE_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
  private static final int STOP_MS = 5_000;

  private final Supplier<String> jdbcUrl;
  private final String slot;
  private final Consumer<CommittedRow> sink;
  private final Thread reader;
  private volatile boolean stopping;
  private long lastCommitLsn;

  private CommitLog(Supplier<String> jdbcUrl, String slot, Consumer<CommittedRow> sink) {
    this.jdbcUrl = jdbcUrl;
    this.slot = slot;
    this.sink = sink;
    this.reader = Thread.ofPlatform().name("commit-log").daemon().unstarted(this::run);
  }

  /**
   * Creates the slot and begins to read; every transaction that commits after the return will reach
   * the sink, once, in commit order.
   *
   * @param jdbcUrl asked for at every connect, since a restarted system may have another port
   * @param slot lower-case letters, digits and underscores
   * @throws SQLException if the slot cannot be made
   */
  public static CommitLog open(Supplier<String> jdbcUrl, String slot, Consumer<CommittedRow> sink)
      throws SQLException {
    try (var connection = DriverManager.getConnection(jdbcUrl.get());
        var create =
            connection.prepareStatement(
                "select pg_create_logical_replication_slot(?, 'pgoutput')")) {
      create.setString(1, slot);
      create.execute();
    }
    var commits = new CommitLog(jdbcUrl, slot, sink);
    commits.reader.start();
    return commits;
  }

  private void run() {
    while (!stopping) {
      try (var connection = connect()) {
        read(connection);
      } catch (SQLException lost) {
        log.atDebug().setCause(lost).log("commit log lost its connection, connecting again");
        LockSupport.parkNanos(RETRY_NANOS);
      }
    }
  }

  private Connection connect() throws SQLException {
    var properties = new Properties();
    PGProperty.ASSUME_MIN_SERVER_VERSION.set(properties, "10");
    PGProperty.REPLICATION.set(properties, "database");
    PGProperty.PREFER_QUERY_MODE.set(properties, "simple");
    PGProperty.CONNECT_TIMEOUT.set(properties, 2);
    return DriverManager.getConnection(jdbcUrl.get(), properties);
  }

  private void read(Connection connection) throws SQLException {
    var decoder = new PgOutput();
    try (var stream = start(connection)) {
      while (!stopping) {
        var message = stream.readPending();
        if (message == null) {
          // Flushing what has been read keeps the WAL short; the sink holds it in memory, which is
          // all that a run needs.
          stream.setFlushedLSN(LogSequenceNumber.valueOf(lastCommitLsn));
          LockSupport.parkNanos(IDLE_NANOS);
          continue;
        }
        var committed = decoder.accept(message);
        if (committed != null && Long.compareUnsigned(committed.commitLsn(), lastCommitLsn) > 0) {
          lastCommitLsn = committed.commitLsn();
          committed.rows().forEach(sink);
        }
      }
    }
  }

  private PGReplicationStream start(Connection connection) throws SQLException {
    return connection
        .unwrap(PGConnection.class)
        .getReplicationAPI()
        .replicationStream()
        .logical()
        .withSlotName(slot)
        .withSlotOption("proto_version", 1)
        .withSlotOption("publication_names", "tailrace")
        .withStatusInterval(1, TimeUnit.SECONDS)
        .withAutomaticFlush(false)
        .start();
  }

  /** Ends the reading: nothing more reaches the sink after the return. */
  public void stop() {
    stopping = true;
    try {
      reader.join(STOP_MS);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /** Ends the reading and drops the slot, so that PostgreSQL keeps no WAL for it. */
  @Override
  public void close() {
    stop();
    var failure = drop();
    if (failure != null) {
      log.atWarn()
          .addKeyValue("slot", slot)
          .setCause(failure)
          .log("the slot of the commit log was not dropped; drop it with pg_drop_replication_slot");
    }
  }

  private @Nullable SQLException drop() {
    try (var connection = DriverManager.getConnection(jdbcUrl.get())) {
      try (var end =
          connection.prepareStatement(
              "select pg_terminate_backend(active_pid) from pg_replication_slots"
                  + " where slot_name = ? and active_pid is not null")) {
        end.setString(1, slot);
        end.execute();
      }
      try (var drop =
          connection.prepareStatement(
              "select pg_drop_replication_slot(slot_name) from pg_replication_slots"
                  + " where slot_name = ? and active_pid is null")) {
        drop.setString(1, slot);
        drop.execute();
      }
      return null;
    } catch (SQLException failure) {
      return failure;
    }
  }
}
