package io.tailrace.write.commit;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;

/** The connections that write: their number, their time-outs, their durability. */
public final class WritePool {
  private static final int CONNECTION_TIMEOUT_MS = 5_000;
  private static final int SOCKET_TIMEOUT_SECONDS = 15;

  /** Changes of members that go on at the same time, each on a connection. */
  public static final int MEMBER_CHANGES = 4;

  /** Connections beside the lanes': for commit times of late answers, retention, and members. */
  private static final int BESIDE = 2 + MEMBER_CHANGES;

  /**
   * Only a write whose commit is on disk is acknowledged, whatever the database's default says; a
   * stronger default, such as remote_apply, stays.
   */
  private static final String DURABLE =
      """
      select set_config('synchronous_commit', 'on', false)
      where current_setting('synchronous_commit') in ('off', 'local')
      """;

  private WritePool() {}

  /**
   * Opens the pool. A statement ends after 10 s and a wait for a lock after 2 s, so that a lane
   * cannot hang.
   */
  public static HikariDataSource open(String url, String user, String password, int lanes) {
    return open("write", lanes, url, user, password, "");
  }

  /**
   * Opens a pool whose sessions have the rights of another role, which the user must be a member
   * of, and look names up in PostgreSQL's own schema alone, so that nothing that stands in a schema
   * of the product can be taken for it.
   *
   * @param name of the pool, in logs
   * @param role empty for the user's own rights
   */
  public static HikariDataSource open(
      String name, int lanes, String url, String user, String password, String role) {
    HikariConfig config = new HikariConfig();
    config.setPoolName(name);
    config.setJdbcUrl(url);
    config.setUsername(user);
    config.setPassword(password);
    config.setMaximumPoolSize(lanes + BESIDE);
    config.setMinimumIdle(lanes);
    config.setConnectionTimeout(CONNECTION_TIMEOUT_MS);
    config.setValidationTimeout(CONNECTION_TIMEOUT_MS);
    config.setInitializationFailTimeout(-1);
    config.setConnectionInitSql(DURABLE);
    config.addDataSourceProperty("ApplicationName", "tailrace-write");
    config.addDataSourceProperty("tcpKeepAlive", "true");
    config.addDataSourceProperty("loginTimeout", "5");
    config.addDataSourceProperty("socketTimeout", Integer.toString(SOCKET_TIMEOUT_SECONDS));
    config.addDataSourceProperty(
        "options",
        "-c statement_timeout=10000 -c lock_timeout=2000"
            + (role.isEmpty() ? "" : " -c search_path=pg_catalog -c role=" + role));
    return new HikariDataSource(config);
  }
}
