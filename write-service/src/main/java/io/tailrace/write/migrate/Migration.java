package io.tailrace.write.migrate;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The steps before the first write. */
public final class Migration {
  private static final Logger log = LoggerFactory.getLogger(Migration.class);
  private static final String SCHEMA = "tailrace";

  /** Number of the newest script in {@code tailrace/sql}; a test holds it against the folder. */
  static final String NEWEST = "5";

  private static final long LOOK_AGAIN_NANOS = 200_000_000;

  private Migration() {}

  /**
   * Waits for the database.
   *
   * @throws IllegalStateException where it does not answer in time
   */
  public static void awaitDatabase(DataSource pool, Duration longest, LongSupplier nanoTime) {
    long deadline = nanoTime.getAsLong() + longest.toNanos();
    while (true) {
      try (Connection connection = pool.getConnection();
          Statement statement = connection.createStatement()) {
        statement.execute("select 1");
        return;
      } catch (SQLException e) {
        if (nanoTime.getAsLong() > deadline) {
          throw new IllegalStateException(
              "the database did not answer within "
                  + longest.toSeconds()
                  + " s ("
                  + e.getMessage()
                  + "): are database.url, database.user and database.password right?",
              e);
        }
        LockSupport.parkNanos(LOOK_AGAIN_NANOS);
      }
    }
  }

  /**
   * Applies the scripts that are missing. Where the newest one has been applied, Flyway is not even
   * loaded, which spares every later start most of a second of CPU. Several services may do so at
   * the same time: one does.
   *
   * @throws IllegalStateException where a script fails, or one that was applied has been changed
   */
  public static void apply(DataSource pool) {
    if (isCurrent(pool)) {
      return;
    }
    try {
      int applied =
          Flyway.configure()
              .dataSource(pool)
              .locations("classpath:tailrace/sql")
              .schemas(SCHEMA)
              .defaultSchema(SCHEMA)
              .table("migration")
              .load()
              .migrate()
              .migrationsExecuted;
      log.atInfo().addKeyValue("applied", applied).log("the database has the shape it needs");
    } catch (FlywayException e) {
      throw new IllegalStateException(
          "the database could not be brought to the shape that this version needs: "
              + e.getMessage(),
          e);
    }
  }

  /**
   * Looks at what cannot be set from here.
   *
   * @throws IllegalStateException naming the setting, and how to change it
   */
  public static void check(DataSource pool) {
    try (Connection connection = pool.getConnection()) {
      require(connection, "wal_level", "logical");
      require(connection, "track_commit_timestamp", "on");
      if (!exists(connection)) {
        throw new IllegalStateException(
            "the database has no table tailrace.outbox: start once with database.migrate=true, as"
                + " a role that may create schema and publication");
      }
    } catch (SQLException e) {
      throw new IllegalStateException("the database could not be asked: " + e.getMessage(), e);
    }
  }

  /**
   * Looks whether the user may take on the role that the running service has.
   *
   * @throws IllegalStateException naming the role, and what to grant
   */
  public static void checkRole(DataSource pool, String role) {
    String sql =
        "select exists (select from pg_roles where rolname = ?) and pg_has_role(?, 'member')";
    try (Connection connection = pool.getConnection();
        PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, role);
      statement.setString(2, role);
      try (ResultSet row = statement.executeQuery()) {
        if (!row.next() || !row.getBoolean(1)) {
          throw new IllegalStateException(
              "the database user is no member of the role " + role + ": grant it to the user");
        }
      }
    } catch (SQLException e) {
      throw new IllegalStateException(
          "the database has no role "
              + role
              + " (database.role) that the user may take on: start once with database.migrate=true,"
              + " or grant it to the user",
          e);
    }
  }

  private static boolean isCurrent(DataSource pool) {
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement()) {
      try (ResultSet row =
          statement.executeQuery("select to_regclass('tailrace.migration') is null")) {
        if (!row.next() || row.getBoolean(1)) {
          return false;
        }
      }
      try (ResultSet row =
          statement.executeQuery(
              "select exists (select from tailrace.migration where success and version = '"
                  + NEWEST
                  + "')")) {
        return row.next() && row.getBoolean(1);
      }
    } catch (SQLException e) {
      throw new IllegalStateException("the database could not be asked: " + e.getMessage(), e);
    }
  }

  private static void require(Connection connection, String setting, String value)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement("select current_setting(?)")) {
      statement.setString(1, setting);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        if (!value.equals(row.getString(1))) {
          throw new IllegalStateException(
              "PostgreSQL's "
                  + setting
                  + " is "
                  + row.getString(1)
                  + ", Tailrace needs "
                  + value
                  + ": alter system set "
                  + setting
                  + " = "
                  + value
                  + ", then restart PostgreSQL");
        }
      }
    }
  }

  private static boolean exists(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery("select to_regclass('tailrace.outbox') is not null")) {
      return row.next() && row.getBoolean(1);
    }
  }
}
