package io.tailrace.relay.slot;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * The database's account of its incarnations, {@code tailrace.incarnation}. Over one connection in
 * auto-commit mode, one thread.
 */
public final class Incarnations {
  private static final String SLOTS =
      """
      select substr(slot_name, 10)::int from pg_replication_slots
      where slot_name ~ '^tailrace_[0-9]{1,9}$'
      """;

  private final Connection connection;

  /** Asks over this connection. */
  public Incarnations(Connection connection) {
    this.connection = connection;
  }

  /**
   * The slot of the incarnation in force.
   *
   * @throws SlotException where a rebuild was begun and has not ended
   */
  public SlotName inForce() throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "select number, complete_at is not null from tailrace.incarnation"
                    + " order by number desc limit 1")) {
      if (!row.next()) {
        throw new SlotException(
            "The table tailrace.incarnation is empty, so nobody knows which numbering of the log"
                + " this database feeds. Run `tailrace rebuild`.");
      }
      if (!row.getBoolean(2)) {
        throw new SlotException(
            "The rebuild as incarnation "
                + row.getInt(1)
                + " was begun and has not ended, so the log has only some of the rows. Run `tailrace"
                + " rebuild` again: it begins anew under the next number.");
      }
      return new SlotName(row.getInt(1));
    }
  }

  /**
   * Requires that the incarnation in force was begun under these contracts, as far as they place
   * channels; notes them where nothing has been placed yet.
   *
   * @param isBegun whether the log has anything; asked only where they differ
   * @throws SlotException where channels would go on in other partitions
   */
  public void requireOwnLogs(List<String> own, BooleanSupplier isBegun) throws SQLException {
    List<String> before = ownLogs();
    if (before.equals(own)) {
      return;
    }
    if (isBegun.getAsBoolean()) {
      throw new SlotException(
          "The contracts say log: own for "
              + kinds(own)
              + ", but the log was begun with "
              + kinds(before)
              + ": a channel's events would go on in another partition, out of order. Put the"
              + " contracts back, unless this database was restored from before they were changed;"
              + " or have the log made anew with these: stop every service, delete the topics"
              + " tailrace* and the services' state folders, in every region (docs/rebuild.md),"
              + " start the sequencer once, run `tailrace rebuild`.");
    }
    try (PreparedStatement note =
        connection.prepareStatement(
            "update tailrace.incarnation set own_logs = ?"
                + " where number = (select max(number) from tailrace.incarnation)")) {
      note.setArray(1, array(own));
      note.executeUpdate();
    }
  }

  private List<String> ownLogs() throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "select own_logs from tailrace.incarnation order by number desc limit 1")) {
      return row.next() ? List.of((String[]) row.getArray(1).getArray()) : List.of();
    }
  }

  private Array array(List<String> kinds) throws SQLException {
    return connection.createArrayOf("text", kinds.toArray());
  }

  private static String kinds(List<String> kinds) {
    return kinds.isEmpty() ? "none" : String.join(", ", kinds);
  }

  /** The highest number that was brought to its end; 0 where none was. */
  public int lastComplete() throws SQLException {
    return number(
        "select coalesce(max(number), 0) from tailrace.incarnation where complete_at is not null");
  }

  /** The highest number that the database knows of: by its account or by a slot. */
  public int highest() throws SQLException {
    int highest = number("select coalesce(max(number), 0) from tailrace.incarnation");
    for (int slot : slots()) {
      highest = Math.max(highest, slot);
    }
    return highest;
  }

  /**
   * Takes a number before anything is published under it.
   *
   * @param own the kinds that have partitions of their own
   * @throws SQLException also where somebody else has just taken it
   */
  public void begin(int number, List<String> own) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "insert into tailrace.incarnation (number, own_logs) values (?, ?)")) {
      statement.setInt(1, number);
      statement.setArray(2, array(own));
      statement.executeUpdate();
    }
  }

  /** All of its rows are in the log: the number is in force. */
  public void complete(int number) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "update tailrace.incarnation set complete_at = clock_timestamp() where number = ?")) {
      statement.setInt(1, number);
      statement.executeUpdate();
    }
  }

  /** Drops every slot of Tailrace's in this database but one; ends sessions that hold them. */
  public void dropOthers(SlotName kept) throws SQLException {
    for (int number : ours()) {
      SlotName slot = new SlotName(number);
      if (!slot.equals(kept)) {
        drop(slot);
      }
    }
  }

  private void drop(SlotName slot) throws SQLException {
    // Waits for the session to have let go of it: dropping a slot that is held is an error.
    try (PreparedStatement end =
            connection.prepareStatement(
                "select pg_terminate_backend(active_pid, 5000) from pg_replication_slots"
                    + " where slot_name = ? and active_pid is not null");
        PreparedStatement drop =
            connection.prepareStatement("select pg_drop_replication_slot(?)")) {
      end.setString(1, slot.name());
      end.execute();
      drop.setString(1, slot.name());
      drop.execute();
    }
  }

  private List<Integer> slots() throws SQLException {
    return numbers(SLOTS);
  }

  private List<Integer> ours() throws SQLException {
    return numbers(SLOTS + " and database = current_database() and plugin = 'pgoutput'");
  }

  private List<Integer> numbers(String sql) throws SQLException {
    List<Integer> numbers = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      while (row.next()) {
        numbers.add(row.getInt(1));
      }
    }
    return numbers;
  }

  private int number(String sql) throws SQLException {
    return numbers(sql).getFirst();
  }
}
