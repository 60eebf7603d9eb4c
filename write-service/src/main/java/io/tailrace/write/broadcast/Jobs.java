package io.tailrace.write.broadcast;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tailrace.schemas.event.Times;
import io.tailrace.schemas.name.Channel;
import io.tailrace.write.audit.AuditEntry;
import io.tailrace.write.broadcast.Acceptance.Accepted;
import io.tailrace.write.broadcast.Acceptance.KeyReused;
import io.tailrace.write.broadcast.Acceptance.TooMany;
import io.tailrace.write.validate.NewBroadcast;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** The jobs of all tenants, as the database has them. Thread-safe; blocks. */
public final class Jobs {
  /** Jobs of one tenant that are waiting or running at the same time. */
  public static final int OPEN_MAX = 100;

  /** Most jobs of one page. */
  public static final int PAGE_MAX = 100;

  private static final String COLUMNS =
      """
      id, author, type, reason, state, reached, cardinality(channels), failure,
      (extract(epoch from created_at) * 1000000)::bigint, (extract(epoch from finished_at) * 1000000)::bigint
      """;

  private static final JsonMapper JSON = new JsonMapper();

  private final DataSource pool;

  /** Through this pool. */
  public Jobs(DataSource pool) {
    this.pool = pool;
  }

  /**
   * A job that is asked for, all of it checked.
   *
   * @param key the idempotency key; null for none
   * @param bodyHash by which two requests with one key or id are told apart
   */
  @SuppressWarnings("ArrayRecordComponent") // handed on, never changed
  public record Asked(
      String tenant,
      String author,
      UUID id,
      NewBroadcast broadcast,
      @Nullable String key,
      byte[] bodyHash,
      String traceparent) {}

  /** Accepts a job and says so in the audit, in one transaction. */
  public Acceptance accept(Asked asked) throws SQLException {
    try (Connection connection = pool.getConnection()) {
      connection.setAutoCommit(false);
      try {
        Acceptance acceptance = accept(connection, asked);
        if (acceptance instanceof Accepted) {
          connection.commit();
        } else {
          connection.rollback();
        }
        return acceptance;
      } catch (SQLException e) {
        connection.rollback();
        throw e;
      }
    }
  }

  private static Acceptance accept(Connection connection, Asked asked) throws SQLException {
    UUID id = asked.id();
    if (asked.key() != null && !claim(connection, asked)) {
      UUID first = claimed(connection, asked);
      if (first == null) {
        return new KeyReused();
      }
      id = first;
    } else if (open(connection, asked.tenant()) >= OPEN_MAX) {
      return new TooMany();
    } else if (insert(connection, asked)) {
      audit(asked).write(connection);
      return new Accepted(found(connection, asked.tenant(), id), false);
    }
    return sameBody(connection, asked, id)
        ? new Accepted(found(connection, asked.tenant(), id), true)
        : new KeyReused();
  }

  private static boolean claim(Connection connection, Asked asked) throws SQLException {
    String sql =
        """
        insert into tailrace.written (tenant, author, key, body_hash, ids) values (?, ?, ?, ?, array[?::uuid])
        on conflict do nothing
        """;
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, asked.tenant());
      statement.setString(2, asked.author());
      statement.setString(3, asked.key());
      statement.setBytes(4, asked.bodyHash());
      statement.setObject(5, asked.id());
      return statement.executeUpdate() == 1;
    }
  }

  /** The job that the key stands for; null where it stands for another body. */
  private static @Nullable UUID claimed(Connection connection, Asked asked) throws SQLException {
    String sql =
        "select ids[1], body_hash from tailrace.written where tenant = ? and author = ? and key ="
            + " ?";
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, asked.tenant());
      statement.setString(2, asked.author());
      statement.setString(3, asked.key());
      try (ResultSet row = statement.executeQuery()) {
        return row.next() && Arrays.equals(row.getBytes(2), asked.bodyHash())
            ? row.getObject(1, UUID.class)
            : null;
      }
    }
  }

  private static int open(Connection connection, String tenant) throws SQLException {
    String sql =
        "select count(*) from tailrace.broadcast where tenant = ? and state in ('waiting',"
            + " 'running')";
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, tenant);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return row.getInt(1);
      }
    }
  }

  private static boolean insert(Connection connection, Asked asked) throws SQLException {
    String sql =
        """
        insert into tailrace.broadcast
          (tenant, id, author, type, entity, data, traceparent, reason, channels, body_hash)
        values (?, ?, ?, ?, ?, ?::json, ?, ?, ?, ?) on conflict do nothing
        """;
    NewBroadcast broadcast = asked.broadcast();
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, asked.tenant());
      statement.setObject(2, asked.id());
      statement.setString(3, asked.author());
      statement.setString(4, broadcast.type());
      statement.setString(5, broadcast.entity());
      statement.setString(6, broadcast.data());
      statement.setString(7, asked.traceparent());
      statement.setString(8, broadcast.reason());
      Array names =
          connection.createArrayOf(
              "text", broadcast.channels().stream().map(Channel::name).toArray());
      statement.setArray(9, names);
      statement.setBytes(10, asked.bodyHash());
      return statement.executeUpdate() == 1;
    }
  }

  private static AuditEntry audit(Asked asked) {
    NewBroadcast broadcast = asked.broadcast();
    ObjectNode detail = JSON.createObjectNode();
    detail.put("type", broadcast.type()).put("channels", broadcast.channels().size());
    broadcast.channels().stream()
        .map(Channel::kind)
        .distinct()
        .sorted()
        .forEach(detail.putArray("kinds")::add);
    return new AuditEntry(
        asked.tenant(),
        asked.author(),
        "broadcast.accepted",
        asked.id().toString(),
        detail.toString(),
        broadcast.reason(),
        0);
  }

  private static boolean sameBody(Connection connection, Asked asked, UUID id) throws SQLException {
    String sql = "select body_hash from tailrace.broadcast where tenant = ? and id = ?";
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, asked.tenant());
      statement.setObject(2, id);
      try (ResultSet row = statement.executeQuery()) {
        return row.next() && Arrays.equals(row.getBytes(1), asked.bodyHash());
      }
    }
  }

  /** A job of the tenant, or null. */
  public @Nullable Job find(String tenant, UUID id) throws SQLException {
    try (Connection connection = pool.getConnection()) {
      return find(connection, tenant, id);
    }
  }

  private static Job found(Connection connection, String tenant, UUID id) throws SQLException {
    Job job = find(connection, tenant, id);
    if (job == null) {
      throw new IllegalStateException("a job that was just written is not there");
    }
    return job;
  }

  private static @Nullable Job find(Connection connection, String tenant, UUID id)
      throws SQLException {
    String sql = "select " + COLUMNS + " from tailrace.broadcast where tenant = ? and id = ?";
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, tenant);
      statement.setObject(2, id);
      try (ResultSet row = statement.executeQuery()) {
        return row.next() ? job(row) : null;
      }
    }
  }

  /** The tenant's jobs that were accepted before a time, the latest first. */
  public List<Job> list(String tenant, Instant before, int limit) throws SQLException {
    String sql =
        "select "
            + COLUMNS
            + " from tailrace.broadcast where tenant = ? and created_at < ?"
            + " order by created_at desc limit ?";
    try (Connection connection = pool.getConnection();
        PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, tenant);
      statement.setObject(2, before.atOffset(ZoneOffset.UTC));
      statement.setInt(3, limit);
      List<Job> jobs = new ArrayList<>();
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          jobs.add(job(row));
        }
      }
      return jobs;
    }
  }

  /**
   * Ends a job that is not ended, after the chunk that is under way, and says so in the audit.
   *
   * @return the job as it is then; null where the tenant has none of this id
   */
  public @Nullable Job cancel(String tenant, UUID id, String actor, @Nullable String reason)
      throws SQLException {
    String sql =
        """
        update tailrace.broadcast set state = 'cancelled', finished_at = clock_timestamp()
        where tenant = ? and id = ? and state in ('waiting', 'running') returning reached
        """;
    try (Connection connection = pool.getConnection()) {
      connection.setAutoCommit(false);
      try (PreparedStatement statement = connection.prepareStatement(sql)) {
        statement.setString(1, tenant);
        statement.setObject(2, id);
        try (ResultSet row = statement.executeQuery()) {
          if (row.next()) {
            new AuditEntry(
                    tenant,
                    actor,
                    "broadcast.cancelled",
                    id.toString(),
                    "{}",
                    reason,
                    row.getInt(1))
                .write(connection);
          }
        }
        connection.commit();
        return find(connection, tenant, id);
      } catch (SQLException e) {
        connection.rollback();
        throw e;
      }
    }
  }

  private static Job job(ResultSet row) throws SQLException {
    Long finished = row.getObject(10, Long.class);
    return new Job(
        row.getObject(1, UUID.class),
        row.getString(2),
        row.getString(3),
        row.getString(4),
        row.getString(5),
        row.getInt(6),
        row.getInt(7),
        row.getString(8),
        Times.micros(row.getLong(9)),
        finished == null ? null : Times.micros(finished));
  }
}
