package io.tailrace.write.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.zaxxer.hikari.HikariDataSource;
import io.tailrace.embed.PostgresServer;
import io.tailrace.write.commit.WritePool;
import io.tailrace.write.migrate.Migration;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A start that cannot succeed says what to do; one that can makes writes durable. */
class StartIT {
  private static HikariDataSource pool(PostgresServer postgres) {
    HikariDataSource pool =
        WritePool.open(postgres.jdbcUrl(), postgres.user(), postgres.password(), 1);
    Migration.awaitDatabase(pool, Duration.ofMinutes(1), System::nanoTime);
    return pool;
  }

  @Test
  void aDatabaseThatIsNotThereIsNamedAfterTheWait() {
    try (HikariDataSource pool =
        WritePool.open("jdbc:postgresql://127.0.0.1:1/none", "nobody", "", 1)) {
      IllegalStateException e =
          assertThrows(
              IllegalStateException.class,
              () -> Migration.awaitDatabase(pool, Duration.ofMillis(10), System::nanoTime));
      assertTrue(String.valueOf(e.getMessage()).contains("database.url"), e.getMessage());
    }
  }

  @Test
  void aSettingThatTailraceNeedsIsNamed() {
    try (PostgresServer postgres =
            PostgresServer.temporary(Map.of("track_commit_timestamp", "off"));
        HikariDataSource pool = pool(postgres)) {
      Migration.apply(pool);
      IllegalStateException e =
          assertThrows(IllegalStateException.class, () -> Migration.check(pool));
      assertTrue(
          String.valueOf(e.getMessage()).contains("alter system set track_commit_timestamp = on"),
          e.getMessage());
    }
  }

  @Test
  void withoutMigrationsTheMissingTableIsNamed() throws SQLException {
    try (PostgresServer postgres = PostgresServer.temporary(Map.of("synchronous_commit", "off"));
        HikariDataSource pool = pool(postgres)) {
      IllegalStateException e =
          assertThrows(IllegalStateException.class, () -> Migration.check(pool));
      assertTrue(String.valueOf(e.getMessage()).contains("database.migrate"), e.getMessage());

      // Whatever the default of the database, what is acknowledged is on disk.
      try (Connection connection = pool.getConnection();
          Statement statement = connection.createStatement();
          ResultSet row = statement.executeQuery("show synchronous_commit")) {
        row.next();
        assertEquals("on", row.getString(1));
      }
    }
  }
}
