package io.tailrace.schemas.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/**
 * The database part of Tailrace for tests that have no Flyway: the same scripts, in order, in one
 * transaction.
 */
public final class Migrations {
  private static final String FOLDER = "/tailrace/sql/";
  private static final List<String> SCRIPTS =
      List.of(
          "V1__outbox.sql",
          "V2__incarnation.sql",
          "V3__member.sql",
          "V4__admin.sql",
          "V5__own_log.sql");

  private Migrations() {}

  /**
   * Applies all scripts to an empty database.
   *
   * @throws SQLException as the database says, with nothing applied
   */
  public static void apply(Connection connection) throws SQLException {
    boolean autoCommit = connection.getAutoCommit();
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement()) {
      for (String script : SCRIPTS) {
        statement.execute(text(script));
      }
      connection.commit();
    } catch (SQLException e) {
      connection.rollback();
      throw e;
    } finally {
      connection.setAutoCommit(autoCommit);
    }
  }

  /** The text of one script. */
  private static String text(String script) {
    try (InputStream in = Migrations.class.getResourceAsStream(FOLDER + script)) {
      if (in == null) {
        throw new IllegalStateException("no script " + FOLDER + script + " on the class path");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
