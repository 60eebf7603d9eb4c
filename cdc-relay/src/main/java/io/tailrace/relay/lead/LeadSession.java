package io.tailrace.relay.lead;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Properties;

/**
 * The session that holds, or waits for, the lock of the database's one relay. The lock lives as
 * long as the session, so any statement that succeeds on it proves that it is still held.
 */
public final class LeadSession implements AutoCloseable {
  /** First key of the lock, "tail". */
  private static final int LOCK_CLASS = 0x7461696c;

  /** The second: the same for every incarnation, so that a rebuild keeps all relays waiting. */
  private static final int LOCK = 1;

  private static final Duration SOCKET_TIMEOUT = Duration.ofSeconds(10);

  private final Connection connection;

  private LeadSession(Connection connection) {
    this.connection = connection;
  }

  /** Opens the session; the lock is not taken yet. */
  public static LeadSession open(String url, String user, String password) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", user);
    properties.setProperty("password", password);
    properties.setProperty("ApplicationName", "tailrace-relay-lead");
    properties.setProperty("tcpKeepAlive", "true");
    properties.setProperty("connectTimeout", Long.toString(SOCKET_TIMEOUT.toSeconds()));
    properties.setProperty("socketTimeout", Long.toString(SOCKET_TIMEOUT.toSeconds()));
    return new LeadSession(DriverManager.getConnection(url, properties));
  }

  /**
   * Takes the lock if it is free. Asked again and again rather than waited for: a waiting statement
   * holds a snapshot, which keeps vacuum from its work.
   */
  public boolean tryLock() throws SQLException {
    try (PreparedStatement query =
        connection.prepareStatement("select pg_try_advisory_lock(?, ?)")) {
      query.setInt(1, LOCK_CLASS);
      query.setInt(2, LOCK);
      try (ResultSet row = query.executeQuery()) {
        row.next();
        return row.getBoolean(1);
      }
    }
  }

  /** The session's connection: what is asked over it proves the lock as it goes. */
  public Connection connection() {
    return connection;
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
