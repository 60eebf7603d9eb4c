package io.tailrace.write.it;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads rows of the outbox in the order of their commits from the WAL, as the relay does. */
final class CommitOrder implements AutoCloseable {
  private final Connection connection;
  private final String slot;

  /** Begins here. */
  CommitOrder(String slot) throws SQLException {
    this.slot = slot;
    connection = Servers.connect();
    try (Statement statement = connection.createStatement()) {
      statement.execute("select pg_create_logical_replication_slot('" + slot + "', 'pgoutput')");
    }
  }

  /** A row as far as the tests ask. */
  record Row(
      String id,
      String channel,
      String type,
      @Nullable String entity,
      @Nullable String author,
      String data) {}

  /** All rows since the last call. */
  List<Row> read() throws SQLException {
    List<Row> rows = new ArrayList<>();
    try (PreparedStatement statement =
        connection.prepareStatement(
            "select data from pg_logical_slot_get_binary_changes('"
                + slot
                + "', null, null, 'proto_version', '1', 'publication_names', 'tailrace')")) {
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          ByteBuffer message = ByteBuffer.wrap(row.getBytes(1));
          if (message.get() == 'I') {
            rows.add(row(message));
          }
        }
      }
    }
    return rows;
  }

  private static Row row(ByteBuffer message) {
    message.getInt(); // the relation
    message.get(); // N
    String[] columns = new String[message.getShort()];
    for (int i = 0; i < columns.length; i++) {
      if (message.get() == 't') {
        byte[] text = new byte[message.getInt()];
        message.get(text);
        columns[i] = new String(text, StandardCharsets.UTF_8);
      }
    }
    return new Row(columns[0], columns[2], columns[3], columns[4], columns[5], columns[6]);
  }

  @Override
  public void close() throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("select pg_drop_replication_slot('" + slot + "')");
    }
    connection.close();
  }
}
