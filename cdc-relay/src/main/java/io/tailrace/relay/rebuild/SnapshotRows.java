package io.tailrace.relay.rebuild;

import io.tailrace.relay.translate.SourceRow;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/**
 * All rows of the outbox in one snapshot, in commit order. One session, in one transaction, one
 * thread.
 *
 * <p>The order: commit timestamps, transactions of one microsecond by their number, the rows of one
 * by the time of their insert and their place in the table. Rows that the old log knows then change
 * places among each other, channel by channel, until they stand as they stood there; all others
 * keep theirs. A row whose commit timestamp PostgreSQL has forgotten, or never kept, is as old as
 * its {@code created_at}.
 */
final class SnapshotRows {
  private static final int FETCH_ROWS = 2_000;

  private static final String COMMITTED =
      "coalesce(pg_xact_commit_timestamp(o.xmin), o.created_at)";

  private static final String ORDER =
      """
      create temporary table row_order on commit drop as
      with known as (
        select distinct on (id) id, epoch, seq from old_order order by id, epoch desc),
      base as (
        select o.id, o.created_at, o.tenant, o.channel, k.epoch, k.seq,
          row_number() over (order by %s, o.xmin::text::bigint, o.created_at, o.tableoid, o.ctid)
            as place
        from tailrace.outbox o left join known k using (id)),
      ranked as (
        select base.*,
          row_number() over (partition by tenant, channel, seq is null order by place) as by_place,
          row_number() over (partition by tenant, channel, seq is null order by epoch, seq, place)
            as by_seq
        from base)
      select r.id, r.created_at, coalesce(s.place, r.place) as place
      from ranked r left join ranked s
        on r.seq is not null and s.seq is not null
        and s.tenant = r.tenant and s.channel = r.channel and s.by_place = r.by_seq
      """
          .formatted(COMMITTED);

  private static final String ROWS =
      """
      select o.id::text, o.tenant, o.channel, o.type, o.entity, o.author, o.data::text,
        o.traceparent, (extract(epoch from %s) * 1000000)::bigint
      from row_order r join tailrace.outbox o on o.id = r.id and o.created_at = r.created_at
      order by r.place
      """
          .formatted(COMMITTED);

  private final Connection connection;

  /** Takes a snapshot over; from here on the connection is in a transaction of that snapshot. */
  SnapshotRows(Connection connection, String snapshot) throws SQLException {
    this.connection = connection;
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement()) {
      statement.execute("set transaction isolation level repeatable read");
      statement.execute("set transaction snapshot '" + snapshot + "'");
      statement.execute(
          "create temporary table old_order (id uuid, epoch int, seq bigint) on commit drop");
    }
  }

  /** The connection, for filling {@code old_order}. */
  Connection connection() {
    return connection;
  }

  /** Decides the order; returns how many rows there are. */
  long order() throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("set local work_mem = '64MB'");
      statement.execute(ORDER);
      statement.execute("analyze row_order");
      try (ResultSet row = statement.executeQuery("select count(*) from row_order")) {
        row.next();
        return row.getLong(1);
      }
    }
  }

  /** Takes one row. */
  @FunctionalInterface
  interface Taker {
    void take(SourceRow row) throws InterruptedException;
  }

  /** Hands all rows on, in order. */
  void forEach(Taker taker) throws SQLException, InterruptedException {
    try (Statement statement = connection.createStatement()) {
      statement.setFetchSize(FETCH_ROWS);
      try (ResultSet row = statement.executeQuery(ROWS)) {
        while (row.next()) {
          taker.take(
              new SourceRow(
                  present(row.getString(1)),
                  present(row.getString(2)),
                  present(row.getString(3)),
                  present(row.getString(4)),
                  row.getString(5),
                  row.getString(6),
                  present(row.getString(7)),
                  row.getString(8),
                  0,
                  null,
                  row.getLong(9)));
        }
      }
    }
  }

  private static String present(@Nullable String text) throws SQLException {
    if (text == null) {
      throw new SQLException("a column of tailrace.outbox that is NOT NULL came without a value");
    }
    return text;
  }
}
