package io.tailrace.write.audit;

import io.tailrace.schemas.event.Times;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Reads a tenant's rows, the latest first. Thread-safe; blocks. */
public final class AuditLog {
  /** The field of a request that says why, where the body does not. */
  public static final String REASON_FIELD = "Audit-Reason";

  /** Most rows of one page. */
  public static final int PAGE_MAX = 500;

  private static final String PAGE =
      """
      select id, (extract(epoch from at) * 1000000)::bigint, actor, action, target, detail::text, reason, reached
      from tailrace.audit
      where tenant = ? and id < ? and at >= ? and (?::text is null or action = ?)
      order by id desc limit ?
      """;

  private final DataSource pool;

  /** Through this pool. */
  public AuditLog(DataSource pool) {
    this.pool = pool;
  }

  /**
   * What is asked for.
   *
   * @param before only rows with a lower number than this
   * @param since only rows from this time on
   * @param action only such rows; null for all
   * @param limit at most so many
   */
  public record Query(long before, Instant since, @Nullable String action, int limit) {}

  /**
   * A row as it stands there.
   *
   * @param at when, RFC 3339 UTC in microseconds
   */
  public record Row(
      long id,
      String at,
      @Nullable String actor,
      String action,
      String target,
      String detail,
      @Nullable String reason,
      @Nullable Integer reached) {}

  /** A page of the tenant's rows. */
  public List<Row> page(String tenant, Query query) throws SQLException {
    try (Connection connection = pool.getConnection();
        PreparedStatement statement = connection.prepareStatement(PAGE)) {
      statement.setString(1, tenant);
      statement.setLong(2, query.before());
      statement.setObject(3, query.since().atOffset(ZoneOffset.UTC));
      statement.setString(4, query.action());
      statement.setString(5, query.action());
      statement.setInt(6, query.limit());
      List<Row> rows = new ArrayList<>();
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          rows.add(
              new Row(
                  row.getLong(1),
                  Times.micros(row.getLong(2)),
                  row.getString(3),
                  row.getString(4),
                  row.getString(5),
                  row.getString(6),
                  row.getString(7),
                  row.getObject(8, Integer.class)));
        }
      }
      return rows;
    }
  }
}
