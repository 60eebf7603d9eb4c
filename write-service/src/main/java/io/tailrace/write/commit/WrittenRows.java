package io.tailrace.write.commit;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Reads what an idempotency key stands for, and when transactions were committed. */
public final class WrittenRows {
  private static final String BY_KEY =
      """
      select encode(body_hash, 'hex'), ids,
        (extract(epoch from coalesce(pg_xact_commit_timestamp(xmin), created_at)) * 1000000)::bigint
      from tailrace.written where tenant = ? and author = ? and key = ?
      """;

  private static final String BY_XID =
      "select (extract(epoch from pg_xact_commit_timestamp(?::xid8::xid)) * 1000000)::bigint";

  private static final String BY_ROW =
      """
      select (extract(epoch from pg_xact_commit_timestamp(xmin)) * 1000000)::bigint
      from tailrace.outbox where id = ?::uuid and created_at = ?
      """;

  private static final String EXISTS =
      "select from tailrace.outbox where id = ?::uuid and created_at = ?";

  /**
   * A key that was claimed.
   *
   * @param commitTime where the database has forgotten it, the time of the row's creation
   */
  record Written(String bodyHash, List<String> ids, Instant commitTime) {}

  private WrittenRows() {}

  /** What the key stands for; null where nobody claimed it. */
  static @Nullable Written find(Connection connection, Claim claim) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(BY_KEY)) {
      statement.setString(1, claim.tenant());
      statement.setString(2, claim.author());
      statement.setString(3, claim.key());
      try (ResultSet row = statement.executeQuery()) {
        if (!row.next()) {
          return null;
        }
        List<String> ids = new ArrayList<>();
        for (UUID id : (UUID[]) row.getArray(2).getArray()) {
          ids.add(id.toString());
        }
        Instant commitTime = Instant.EPOCH.plus(row.getLong(3), ChronoUnit.MICROS);
        return new Written(row.getString(1), ids, commitTime);
      }
    }
  }

  /** When the transaction was committed. */
  static @Nullable Instant commitTime(Connection connection, String xid) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(BY_XID)) {
      statement.setString(1, xid);
      try (ResultSet row = statement.executeQuery()) {
        return row.next() ? instant(row, 1) : null;
      }
    }
  }

  /** Whether the row stands in the outbox. */
  static boolean exists(Connection connection, String id, Instant createdAt) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(EXISTS)) {
      statement.setString(1, id);
      statement.setObject(2, createdAt.atOffset(ZoneOffset.UTC));
      try (ResultSet row = statement.executeQuery()) {
        return row.next();
      }
    }
  }

  /** When the transaction that wrote the row was committed; null where there is no such row. */
  static @Nullable Instant commitTime(Connection connection, String id, Instant createdAt)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(BY_ROW)) {
      statement.setString(1, id);
      statement.setObject(2, createdAt.atOffset(ZoneOffset.UTC));
      try (ResultSet row = statement.executeQuery()) {
        return row.next() ? instant(row, 1) : null;
      }
    }
  }

  private static @Nullable Instant instant(ResultSet row, int column) throws SQLException {
    long micros = row.getLong(column);
    return row.wasNull() ? null : Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
  }
}
