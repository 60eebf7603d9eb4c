package io.tailrace.write.it;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** Statements as the server's superuser, or as a role of their own. */
final class Sql {
  static final String PASSWORD = "for tests";

  private Sql() {}

  /** A role that can log in, made once. */
  static void login(String role) throws SQLException {
    run(
        "do $$ begin if not exists (select from pg_roles where rolname = '"
            + role
            + "') then create role "
            + role
            + " login password '"
            + PASSWORD
            + "'; end if; end $$");
  }

  static Connection as(String role) throws SQLException {
    return DriverManager.getConnection(Servers.postgres().jdbcUrl(), role, PASSWORD);
  }

  static void run(String sql) throws SQLException {
    try (Connection connection = Servers.connect()) {
      run(connection, sql);
    }
  }

  static void run(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  static String text(String sql) throws SQLException {
    try (Connection connection = Servers.connect()) {
      return text(connection, sql);
    }
  }

  /** First column of the first row; empty where there is none, or it is null. */
  static String text(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      String text = row.next() ? row.getString(1) : "";
      return text == null ? "" : text;
    }
  }

  static long count(String sql) throws SQLException {
    return Long.parseLong(text(sql));
  }
}
