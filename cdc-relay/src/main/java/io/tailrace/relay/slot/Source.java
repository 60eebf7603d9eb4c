package io.tailrace.relay.slot;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postgresql.replication.LogSequenceNumber;

/**
 * What the relay asks PostgreSQL, over one connection that it does not own. One thread. Every call
 * blocks for the connection's socket time-out at most.
 */
public final class Source {
  // invalidation_reason exists from PostgreSQL 17 on; taking the row as JSON asks for it anywhere.
  private static final String STATE =
      """
      select s.plugin, s.database = current_database(), coalesce(s.wal_status, 'reserved'),
        s.confirmed_flush_lsn, pg_wal_lsn_diff(pg_current_wal_lsn(), s.confirmed_flush_lsn)::bigint,
        s.safe_wal_size, to_jsonb(s) ->> 'invalidation_reason',
        case when s.active_pid is not null then
          'pid ' || s.active_pid || coalesce((select format(', application "%s", from %s, since %s',
            a.application_name, coalesce(host(a.client_addr), 'local'), a.backend_start)
            from pg_stat_activity a where a.pid = s.active_pid), '') end
      from pg_replication_slots s where s.slot_name = ?
      """;

  private final Connection connection;

  /** Asks over this connection, which must be in auto-commit mode. */
  public Source(Connection connection) {
    this.connection = connection;
  }

  /** The slot's state now; null where there is no such slot. */
  public @Nullable SlotState state(SlotName slot) throws SQLException {
    try (PreparedStatement query = connection.prepareStatement(STATE)) {
      query.setString(1, slot.name());
      try (ResultSet row = query.executeQuery()) {
        if (!row.next()) {
          return null;
        }
        long safe = row.getLong(6);
        Long safeBytes = row.wasNull() ? null : safe;
        return new SlotState(
            text(row, 1),
            row.getBoolean(2),
            text(row, 3),
            lsn(row.getString(4)),
            row.getLong(5),
            safeBytes,
            row.getString(7),
            row.getString(8));
      }
    }
  }

  /**
   * The timeline that WAL is written on. Not from the control file, which names the one of the last
   * checkpoint: after a promotion that is for a while the old one.
   */
  public int timeline() throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery("select substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)")) {
      row.next();
      return Integer.parseUnsignedInt(text(row, 1), 16);
    }
  }

  /** End of the WAL now. */
  public long walEnd() throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("select pg_current_wal_lsn()")) {
      row.next();
      return lsn(row.getString(1));
    }
  }

  /** From when on the outbox is complete: older rows were dropped on purpose. */
  public Instant keptSince() throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "select greatest(since, '1970-01-01T00:00:00Z') from tailrace.outbox_kept")) {
      return row.next() ? row.getObject(1, OffsetDateTime.class).toInstant() : Instant.EPOCH;
    }
  }

  /** Those of the ids that the outbox holds. */
  public Set<String> present(Collection<String> ids) throws SQLException {
    Set<String> present = new HashSet<>();
    try (PreparedStatement query =
        connection.prepareStatement(
            "select id::text from tailrace.outbox where id = any(?::text[]::uuid[])")) {
      query.setArray(1, connection.createArrayOf("text", ids.toArray()));
      try (ResultSet row = query.executeQuery()) {
        while (row.next()) {
          present.add(text(row, 1));
        }
      }
    }
    return present;
  }

  /** Whether the schema is there: the last thing that the relay needs of it. */
  public boolean migrated() throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "select exists (select from pg_attribute where attname = 'own_logs'"
                    + " and attrelid = to_regclass('tailrace.incarnation'))")) {
      row.next();
      return row.getBoolean(1);
    }
  }

  /** Whether the outbox has any row. */
  public boolean hasRows() throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("select exists (select from tailrace.outbox)")) {
      row.next();
      return row.getBoolean(1);
    }
  }

  /**
   * Writes a small message into the WAL, in no transaction, which the relay's stream will bring.
   */
  public void writeMessage(String prefix) throws SQLException {
    try (PreparedStatement call =
        connection.prepareStatement("select pg_logical_emit_message(false, ?, '')")) {
      call.setString(1, prefix);
      call.execute();
    }
  }

  /** Makes the slot. */
  void createSlot(SlotName slot, boolean failover) throws SQLException {
    // The fifth argument came with PostgreSQL 17.
    String sql =
        failover
            ? "select pg_create_logical_replication_slot(?, 'pgoutput', false, false, true)"
            : "select pg_create_logical_replication_slot(?, 'pgoutput')";
    try (PreparedStatement call = connection.prepareStatement(sql)) {
      call.setString(1, slot.name());
      call.execute();
    }
  }

  /** Ends the session that holds the slot, where one does. */
  public void endHolder(SlotName slot) throws SQLException {
    try (PreparedStatement call =
        connection.prepareStatement(
            "select pg_terminate_backend(active_pid) from pg_replication_slots"
                + " where slot_name = ? and active_pid is not null")) {
      call.setString(1, slot.name());
      call.execute();
    }
  }

  private static String text(ResultSet row, int column) throws SQLException {
    String text = row.getString(column);
    if (text == null) {
      throw new SQLException("PostgreSQL answered null where it never does, column " + column);
    }
    return text;
  }

  private static long lsn(@Nullable String text) {
    // A slot whose creation was cut off has none.
    return text == null ? 0 : LogSequenceNumber.valueOf(text).asLong();
  }
}
