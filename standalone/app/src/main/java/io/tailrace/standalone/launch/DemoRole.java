package io.tailrace.standalone.launch;

import io.tailrace.embed.PostgresServer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * Lets the database's own user publish for the tenant {@code demo}, so that {@code select
 * tailrace.publish(…)} can be tried at once. An installation for others grants its own roles.
 */
final class DemoRole {
  private static final String GRANT =
      "insert into tailrace.tenant_role (role, tenant) values (current_user, 'demo')"
          + " on conflict do nothing";

  private DemoRole() {}

  static void grant(PostgresServer postgres) {
    try (Connection connection =
            DriverManager.getConnection(postgres.jdbcUrl(), postgres.user(), postgres.password());
        Statement statement = connection.createStatement()) {
      statement.execute(GRANT);
    } catch (SQLException e) {
      throw new IllegalStateException("the demo's database role could not be granted", e);
    }
  }
}
