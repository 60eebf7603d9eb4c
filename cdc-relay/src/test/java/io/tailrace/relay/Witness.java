package io.tailrace.relay;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Commit order as PostgreSQL itself tells it: a second slot with the test plugin, read once at the
 * end.
 */
final class Witness {
  private static final Pattern ROW =
      Pattern.compile("INSERT: id\\[uuid]:'([^']+)'.* channel\\[text]:'([^']+)'");

  private final Servers servers;

  Witness(Servers servers) throws SQLException {
    this.servers = servers;
    servers.execute("select pg_create_logical_replication_slot('witness', 'test_decoding')");
  }

  /** Ids per channel, in commit order. */
  Map<String, List<String>> committed() throws SQLException {
    Map<String, List<String>> order = new HashMap<>();
    try (Connection connection = servers.connect();
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "select data from pg_logical_slot_get_changes('witness', null, null)")) {
      while (rows.next()) {
        Matcher row = ROW.matcher(rows.getString(1));
        if (row.find()) {
          order.computeIfAbsent(row.group(2), c -> new ArrayList<>()).add(row.group(1));
        }
      }
    }
    return order;
  }
}
