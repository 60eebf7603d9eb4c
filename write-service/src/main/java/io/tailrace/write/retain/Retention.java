package io.tailrace.write.retain;

import io.tailrace.write.measure.WriteMetrics;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import javax.sql.DataSource;

/** One round of retention. Time is an argument. */
public final class Retention {
  /**
   * Any number that no other user of advisory locks in this database takes: "tailrace" in ASCII.
   */
  private static final long LOCK = 0x7461696c72616365L;

  private static final int KEYS_PER_STATEMENT = 10_000;

  /** Events of members in one transaction: it holds their rows, and their writers come again. */
  private static final int MEMBERS_PER_STATEMENT = 500;

  private static final int MEMBER_STATEMENTS_MAX = 20;

  private final DataSource pool;
  private final RetentionPlan plan;
  private final WriteMetrics metrics;

  /** Through this pool, by this plan. */
  public Retention(DataSource pool, RetentionPlan plan, WriteMetrics metrics) {
    this.pool = pool;
    this.plan = plan;
    this.metrics = metrics;
  }

  /**
   * Makes partitions ahead, drops those whose last row is past retention, deletes old keys, writes
   * the events of members again before they are.
   *
   * @return false where another service does it
   */
  public boolean doWork(Instant now) throws SQLException {
    try (Connection connection = pool.getConnection()) {
      if (!query(connection, "select pg_try_advisory_lock(" + LOCK + ")")) {
        return false;
      }
      try {
        makePartitions(connection, now);
        // Members first: what says who they are must not be dropped before it is said again.
        metrics.refreshed(refreshMembers(connection, now));
        int dropped = dropPartitions(connection, now);
        metrics.retained(dropped, deleteKeys(connection, now));
        return true;
      } finally {
        query(connection, "select pg_advisory_unlock(" + LOCK + ")");
      }
    }
  }

  private void makePartitions(Connection connection, Instant now) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("select tailrace.make_partitions(?, ?)")) {
      statement.setObject(1, LocalDate.ofInstant(now, ZoneOffset.UTC));
      statement.setInt(2, plan.daysAhead());
      statement.execute();
    }
  }

  private int dropPartitions(Connection connection, Instant now) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("select tailrace.drop_partitions(?)")) {
      statement.setObject(1, now.minus(plan.events()).atOffset(ZoneOffset.UTC));
      try (ResultSet row = statement.executeQuery()) {
        return row.next() ? row.getInt(1) : 0;
      }
    }
  }

  private int refreshMembers(Connection connection, Instant now) throws SQLException {
    int total = 0;
    try (PreparedStatement statement =
        connection.prepareStatement("select tailrace.refresh_members(?, ?, ?)")) {
      statement.setObject(1, now.minus(plan.memberEventsMax()).atOffset(ZoneOffset.UTC));
      statement.setObject(2, now.truncatedTo(ChronoUnit.MICROS).atOffset(ZoneOffset.UTC));
      statement.setInt(3, MEMBERS_PER_STATEMENT);
      int written;
      int statements = 0;
      do {
        try (ResultSet row = statement.executeQuery()) {
          written = row.next() ? row.getInt(1) : 0;
        }
        total += written;
        statements++;
      } while (written == MEMBERS_PER_STATEMENT && statements < MEMBER_STATEMENTS_MAX);
    }
    return total;
  }

  private int deleteKeys(Connection connection, Instant now) throws SQLException {
    String sql =
        """
        delete from tailrace.written where ctid = any (array(
          select ctid from tailrace.written where created_at < ? limit ?))
        """;
    int total = 0;
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setObject(1, now.minus(plan.keys()).atOffset(ZoneOffset.UTC));
      statement.setInt(2, KEYS_PER_STATEMENT);
      int deleted;
      do {
        deleted = statement.executeUpdate();
        total += deleted;
      } while (deleted == KEYS_PER_STATEMENT);
    }
    return total;
  }

  private static boolean query(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      return row.next() && row.getBoolean(1);
    }
  }
}
