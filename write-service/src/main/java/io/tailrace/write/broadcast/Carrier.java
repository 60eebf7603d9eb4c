package io.tailrace.write.broadcast;

import io.tailrace.write.audit.AuditEntry;
import io.tailrace.write.limit.PublishLimits;
import io.tailrace.write.limit.Taken;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;

/**
 * Carries out one chunk of one job. Which job it is, the database decides: the one whose last chunk
 * is the longest ago and that no other process holds.
 */
public final class Carrier {
  /** Channels per commit. */
  static final int CHUNK = 200;

  private static final int FAILURE_LENGTH_MAX = 300;

  private static final String NEXT =
      """
      select tenant, id, author, type, entity, data::text, traceparent, reason, reached,
        cardinality(channels), channels[reached + 1 : reached + ?]
      from tailrace.broadcast
      where state in ('waiting', 'running')
      order by touched_at limit 1 for update skip locked
      """;

  private static final String WRITE =
      """
      insert into tailrace.outbox (id, tenant, channel, type, entity, author, data, traceparent)
      select e.id::uuid, ?, e.channel, ?, ?, ?, ?::json, ?
      from unnest(?::text[], ?::text[]) with ordinality as e(id, channel, n) order by e.n
      """;

  private static final String REGISTER =
      """
      select tailrace.register(?, c.channel, ?)
      from unnest(?::text[]) as c(channel)
      join tailrace.kind k on k.name = split_part(c.channel, ':', 1) and k.registers
      """;

  private static final String PROGRESS =
      """
      update tailrace.broadcast
      set reached = reached + ?, state = ?, failure = ?, touched_at = clock_timestamp(),
        finished_at = case when ? then clock_timestamp() end
      where tenant = ? and id = ?
      """;

  private final DataSource pool;
  private final PublishLimits limits;

  /** Through this pool; what is written counts against the limits of the tenant. */
  public Carrier(DataSource pool, PublishLimits limits) {
    this.pool = pool;
    this.limits = limits;
  }

  /** What a look came to. */
  sealed interface Step {
    /** Nobody waits for anything. */
    record Idle() implements Step {}

    /** So many channels got the event. */
    record Written(int channels) implements Step {}

    /** The tenant's limit is reached; the job is tried again after the others. */
    record Held(long retryAfterMs) implements Step {}

    /** The database refuses the event: the job has failed. */
    record Failed(UUID job) implements Step {}
  }

  private record Work(
      String tenant,
      UUID id,
      String author,
      String type,
      @Nullable String entity,
      String data,
      String traceparent,
      String reason,
      int reached,
      int total,
      String[] channels) {}

  /** Carries out one chunk, or nothing. */
  Step doWork() throws SQLException {
    try (Connection connection = pool.getConnection()) {
      connection.setAutoCommit(false);
      Work work = null;
      try {
        work = next(connection);
        Step step = work == null ? new Step.Idle() : carry(connection, work);
        connection.commit();
        return step;
      } catch (SQLException e) {
        connection.rollback();
        if (work == null || !isRefusal(e)) {
          throw e;
        }
        return fail(connection, work, reason(e));
      }
    }
  }

  private static @Nullable Work next(Connection connection) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(NEXT)) {
      statement.setInt(1, CHUNK);
      try (ResultSet row = statement.executeQuery()) {
        return !row.next()
            ? null
            : new Work(
                row.getString(1),
                row.getObject(2, UUID.class),
                row.getString(3),
                row.getString(4),
                row.getString(5),
                row.getString(6),
                row.getString(7),
                row.getString(8),
                row.getInt(9),
                row.getInt(10),
                (String[]) row.getArray(11).getArray());
      }
    }
  }

  private Step carry(Connection connection, Work work) throws SQLException {
    Taken taken = limits.takeOfTenant(work.tenant(), kinds(work.channels()));
    if (taken instanceof Taken.Limited limited) {
      progress(connection, work, 0, "running", null);
      return new Step.Held(limited.retryAfterMs());
    }
    write(connection, work);
    int count = work.channels().length;
    boolean done = work.reached() + count >= work.total();
    progress(connection, work, count, done ? "done" : "running", null);
    if (done) {
      ended(work, "broadcast.finished", work.total()).write(connection);
    }
    return new Step.Written(count);
  }

  private static Map<String, Integer> kinds(String[] channels) {
    Map<String, Integer> kinds = new HashMap<>();
    for (String channel : channels) {
      kinds.merge(channel.substring(0, channel.indexOf(':')), 1, Integer::sum);
    }
    return kinds;
  }

  private static void write(Connection connection, Work work) throws SQLException {
    String[] ids = new String[work.channels().length];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = ChunkIds.of(work.id(), work.tenant() + '/' + work.channels()[i]).toString();
    }
    try (PreparedStatement statement = connection.prepareStatement(WRITE)) {
      statement.setString(1, work.tenant());
      statement.setString(2, work.type());
      statement.setString(3, work.entity());
      statement.setString(4, work.author());
      statement.setString(5, work.data());
      statement.setString(6, work.traceparent());
      statement.setArray(7, connection.createArrayOf("text", ids));
      statement.setArray(8, connection.createArrayOf("text", work.channels()));
      statement.executeUpdate();
    }
    try (PreparedStatement statement = connection.prepareStatement(REGISTER)) {
      statement.setString(1, work.tenant());
      statement.setString(2, work.author());
      statement.setArray(3, connection.createArrayOf("text", work.channels()));
      statement.execute();
    }
  }

  private static void progress(
      Connection connection, Work work, int count, String state, @Nullable String failure)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(PROGRESS)) {
      statement.setInt(1, count);
      statement.setString(2, state);
      statement.setString(3, failure);
      statement.setBoolean(4, !state.equals("running"));
      statement.setString(5, work.tenant());
      statement.setObject(6, work.id());
      statement.executeUpdate();
    }
  }

  private static Step fail(Connection connection, Work work, String reason) throws SQLException {
    progress(connection, work, 0, "failed", reason);
    ended(work, "broadcast.failed", work.reached()).write(connection);
    connection.commit();
    return new Step.Failed(work.id());
  }

  private static AuditEntry ended(Work work, String action, int reached) {
    return new AuditEntry(
        work.tenant(), work.author(), action, work.id().toString(), "{}", work.reason(), reached);
  }

  /** Whether the same statement would be refused again: the data, not the moment, is at fault. */
  private static boolean isRefusal(SQLException e) {
    String state = e.getSQLState();
    return state != null
        && (state.startsWith("22") || state.startsWith("23") || state.startsWith("54"));
  }

  private static String reason(SQLException e) {
    String message =
        e instanceof PSQLException p && p.getServerErrorMessage() != null
            ? String.valueOf(p.getServerErrorMessage().getMessage())
            : "the database refused the event";
    return message.substring(0, Math.min(message.length(), FAILURE_LENGTH_MAX));
  }
}
