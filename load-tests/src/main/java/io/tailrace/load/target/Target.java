package io.tailrace.load.target;

import java.net.URI;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * A running system as the drivers reach it.
 *
 * @param write where writes go; it and the others are one address where all services share a port
 * @param gateways where subscribers connect, at least one
 * @param histories where history is read, at least one
 * @param tokens a token for a user of {@code tenant} that has every role
 * @param plainTokens one that has none
 * @param jdbcUrl with user and password; asked for at every connect, because a restarted system may
 *     have another port
 */
public record Target(
    URI write,
    List<URI> gateways,
    List<URI> histories,
    String tenant,
    UnaryOperator<String> tokens,
    UnaryOperator<String> plainTokens,
    Supplier<String> jdbcUrl) {
  public Target {
    gateways = List.copyOf(gateways);
    histories = List.copyOf(histories);
  }

  /** A system with one gateway and one catch-up service, whose tokens are all alike. */
  public Target(
      URI write,
      URI gateway,
      URI history,
      String tenant,
      UnaryOperator<String> tokens,
      Supplier<String> jdbcUrl) {
    this(write, List.of(gateway), List.of(history), tenant, tokens, tokens, jdbcUrl);
  }

  /** The same system as it looks from behind an address that leads to all of it. */
  public Target behind(URI address) {
    return new Target(
        address, List.of(address), List.of(address), tenant, tokens, plainTokens, jdbcUrl);
  }

  /** The gateway, or the first of several. */
  public URI gateway() {
    return gateways.getFirst();
  }

  /** The catch-up service, or the first of several. */
  public URI history() {
    return histories.getFirst();
  }

  /** The same system through one gateway and one catch-up service, in turn. */
  public Target turn(int n) {
    return through(gateways.get(n % gateways.size()), histories.get(n % histories.size()));
  }

  /** The same system through this gateway and this catch-up service. */
  public Target through(URI gateway, URI history) {
    return new Target(
        write, List.of(gateway), List.of(history), tenant, tokens, plainTokens, jdbcUrl);
  }

  /** A connection of one's own. */
  public Connection connect() throws SQLException {
    return DriverManager.getConnection(jdbcUrl.get());
  }
}
