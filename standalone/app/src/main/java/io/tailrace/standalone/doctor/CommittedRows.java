package io.tailrace.standalone.doctor;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.Map;

/** Rows of the outbox that were committed within a window, the latest first. */
final class CommittedRows {
  /**
   * A transaction's rows are inserted before it commits, by less than this; where its commit time
   * is known no more, the insert's stands for it.
   */
  private static final String ROWS =
      """
      select id::text, tenant, channel, committed from (
        select id, tenant, channel, created_at,
          coalesce(
            case when current_setting('track_commit_timestamp') = 'on'
              then pg_xact_commit_timestamp(xmin) end,
            created_at) as committed
        from tailrace.outbox where created_at >= ?::timestamptz - interval '1 day') rows
      where committed >= ? and committed < ?
      order by created_at desc limit ?
      """;

  private CommittedRows() {}

  /** A committed row. */
  record Row(String id, String tenant, String channel, Instant committed) {}

  /**
   * Reads them, by id.
   *
   * @param most at most so many
   */
  static Map<String, Row> between(Connection connection, Instant from, Instant to, int most)
      throws SQLException {
    Map<String, Row> rows = new LinkedHashMap<>();
    try (PreparedStatement query = connection.prepareStatement(ROWS)) {
      OffsetDateTime since = from.atOffset(ZoneOffset.UTC);
      query.setObject(1, since);
      query.setObject(2, since);
      query.setObject(3, to.atOffset(ZoneOffset.UTC));
      query.setInt(4, most);
      try (ResultSet row = query.executeQuery()) {
        while (row.next()) {
          String id = String.valueOf(row.getString(1));
          rows.put(
              id,
              new Row(
                  id,
                  String.valueOf(row.getString(2)),
                  String.valueOf(row.getString(3)),
                  row.getObject(4, OffsetDateTime.class).toInstant()));
        }
      }
    }
    return rows;
  }
}
