package io.tailrace.write.migrate;

import io.tailrace.schemas.contract.Contract;
import io.tailrace.schemas.contract.Contracts;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the database what the contracts say of their kinds, for what products do over SQL. */
public final class Kinds {
  private static final Logger log = LoggerFactory.getLogger(Kinds.class);

  private static final String TELL =
      """
      insert into tailrace.kind as k (name, data_bytes_max, registers, members, roles)
      values (?, ?, ?, ?, ?)
      on conflict (name) do update set
        data_bytes_max = excluded.data_bytes_max,
        registers = excluded.registers,
        members = excluded.members,
        roles = excluded.roles,
        scanned = k.scanned and k.registers and excluded.registers
      where (k.data_bytes_max, k.registers, k.members, k.roles)
        is distinct from (excluded.data_bytes_max, excluded.registers, excluded.members, excluded.roles)
      """;

  /** Reads the whole outbox once; memory is bounded by work_mem. */
  private static final String SCAN =
      """
      insert into tailrace.channel (tenant, channel, created_at)
      select o.tenant, o.channel, min(o.created_at)
      from tailrace.outbox o
      where split_part(o.channel, ':', 1) = any (?)
      group by o.tenant, o.channel
      having not exists (
        select from tailrace.channel c where c.tenant = o.tenant and c.channel = o.channel)
      """;

  private static final long LOOK_AGAIN_NANOS = 50_000_000;
  private static final long OLDER_NANOS_MAX = 10_000_000_000L;

  private Kinds() {}

  /**
   * Writes the kinds, then registers the channels of those that were not registered before.
   *
   * @param registers whether the channels of a kind are to be known one by one
   * @throws IllegalStateException where the database does not take it
   */
  public static void tell(
      DataSource pool, Contracts contracts, Predicate<Contract> registers, LongSupplier nanoTime) {
    try (Connection connection = pool.getConnection()) {
      write(connection, contracts, registers);
      scan(connection, nanoTime);
    } catch (SQLException e) {
      throw new IllegalStateException(
          "the kinds could not be written to tailrace.kind: " + e.getMessage(), e);
    }
  }

  private static void write(
      Connection connection, Contracts contracts, Predicate<Contract> registers)
      throws SQLException {
    List<Contract> sorted =
        contracts.all().stream().sorted(Comparator.comparing(Contract::kind)).toList();
    try (PreparedStatement statement = connection.prepareStatement(TELL)) {
      for (Contract contract : sorted) {
        Contract.Members members = contract.members();
        Set<String> roles = members == null ? Set.of() : members.roles().keySet();
        statement.setString(1, contract.kind());
        statement.setInt(2, contract.dataBytesMax());
        statement.setBoolean(3, registers.test(contract));
        statement.setBoolean(4, members != null);
        statement.setArray(
            5, connection.createArrayOf("text", new TreeSet<>(roles).toArray(String[]::new)));
        statement.addBatch();
      }
      statement.executeBatch();
    }
  }

  /**
   * Registers what was there before the kind asked for it. A transaction that began before that may
   * still add a channel without registering it, so those are waited for; where one lasts too long,
   * the next start looks again.
   */
  private static void scan(Connection connection, LongSupplier nanoTime) throws SQLException {
    Array kinds;
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "select array_agg(name) from tailrace.kind where registers and not scanned")) {
      row.next();
      kinds = row.getArray(1);
    }
    if (kinds == null) {
      return;
    }
    boolean allEnded = awaitOlder(connection, nanoTime);
    connection.setAutoCommit(false);
    try (Statement unbounded = connection.createStatement();
        PreparedStatement scan = connection.prepareStatement(SCAN);
        PreparedStatement scanned =
            connection.prepareStatement(
                "update tailrace.kind set scanned = true where name = any (?) and registers")) {
      unbounded.execute("set local statement_timeout = 0");
      scan.setArray(1, kinds);
      int channels = scan.executeUpdate();
      if (allEnded) {
        scanned.setArray(1, kinds);
        scanned.executeUpdate();
      }
      connection.commit();
      log.atInfo()
          .addKeyValue("channels", channels)
          .addKeyValue("complete", allEnded)
          .log("channels that were there before are registered");
    } catch (SQLException e) {
      connection.rollback();
      throw e;
    } finally {
      connection.setAutoCommit(true);
    }
  }

  /** Whether all transactions that are under way now have ended, within a bound. */
  private static boolean awaitOlder(Connection connection, LongSupplier nanoTime)
      throws SQLException {
    long deadline = nanoTime.getAsLong() + OLDER_NANOS_MAX;
    try (Statement statement = connection.createStatement()) {
      String now;
      try (ResultSet row =
          statement.executeQuery("select pg_snapshot_xmax(pg_current_snapshot())::text")) {
        row.next();
        now = row.getString(1);
      }
      while (nanoTime.getAsLong() < deadline) {
        try (ResultSet row =
            statement.executeQuery(
                "select pg_snapshot_xmin(pg_current_snapshot()) >= '" + now + "'::xid8")) {
          if (row.next() && row.getBoolean(1)) {
            return true;
          }
        }
        LockSupport.parkNanos(LOOK_AGAIN_NANOS);
      }
    }
    return false;
  }
}
