package io.tailrace.load.target;

import java.net.URI;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * A running system as the drivers reach it.
 *
 * @param write where writes go; the three are one address where all services share a port
 * @param gateway where subscribers connect
 * @param history where history is read
 * @param tokens a token for a user of {@code tenant}
 * @param jdbcUrl with user and password; asked for at every connect, because a restarted system may
 *     have another port
 */
public record Target(
    URI write,
    URI gateway,
    URI history,
    String tenant,
    UnaryOperator<String> tokens,
    Supplier<String> jdbcUrl) {

  /** A connection of one's own. */
  public Connection connect() throws SQLException {
    return DriverManager.getConnection(jdbcUrl.get());
  }
}
