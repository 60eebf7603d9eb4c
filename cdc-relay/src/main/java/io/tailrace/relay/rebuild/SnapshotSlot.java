package io.tailrace.relay.rebuild;

import io.tailrace.relay.slot.SlotName;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import org.postgresql.PGProperty;

/**
 * A new slot with the snapshot that it begins at: what the snapshot shows the slot will not bring,
 * and the other way round. The snapshot can be taken over by other sessions as long as this is open
 * and nothing else is asked on it.
 */
final class SnapshotSlot implements AutoCloseable {
  private static final int OPTIONS_IN_BRACKETS = 15;

  private final Connection connection;
  private final String snapshot;

  private SnapshotSlot(Connection connection, String snapshot) {
    this.connection = connection;
    this.snapshot = snapshot;
  }

  /**
   * Makes the slot. Waits, without a bound, for transactions that were open before.
   *
   * @param failover whether standbys keep it too; PostgreSQL 17 and later
   */
  static SnapshotSlot create(
      String url, String user, String password, SlotName slot, boolean failover)
      throws SQLException {
    Properties properties = new Properties();
    PGProperty.USER.set(properties, user);
    PGProperty.PASSWORD.set(properties, password);
    PGProperty.APPLICATION_NAME.set(properties, "tailrace-rebuild-slot");
    PGProperty.TCP_KEEP_ALIVE.set(properties, true);
    PGProperty.REPLICATION.set(properties, "database");
    // The replication protocol has no prepared statements.
    PGProperty.PREFER_QUERY_MODE.set(properties, "simple");
    PGProperty.ASSUME_MIN_SERVER_VERSION.set(properties, "14");
    Connection connection = DriverManager.getConnection(url, properties);
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                command(slot, connection.getMetaData().getDatabaseMajorVersion(), failover))) {
      row.next();
      return new SnapshotSlot(connection, row.getString("snapshot_name"));
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }

  private static String command(SlotName slot, int version, boolean failover) {
    String make = "CREATE_REPLICATION_SLOT \"" + slot.name() + "\" LOGICAL pgoutput ";
    if (version < OPTIONS_IN_BRACKETS) {
      return make + "EXPORT_SNAPSHOT";
    }
    return make + "(SNAPSHOT 'export'" + (failover ? ", FAILOVER true" : "") + ")";
  }

  /** The name that other sessions take the snapshot over by. */
  String snapshot() {
    return snapshot;
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
