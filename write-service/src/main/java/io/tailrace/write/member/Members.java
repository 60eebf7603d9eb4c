package io.tailrace.write.member;

import io.tailrace.schemas.name.Channel;
import io.tailrace.write.member.MemberResult.Broken;
import io.tailrace.write.member.MemberResult.Changed;
import io.tailrace.write.member.MemberResult.Forbidden;
import io.tailrace.write.member.MemberResult.Same;
import io.tailrace.write.member.MemberResult.Unavailable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The record of membership. Thread-safe; blocks, bounded. */
public final class Members {
  private static final Logger log = LoggerFactory.getLogger(Members.class);
  private static final int TRIES_MAX = 4;
  private static final long PAUSE_MS_MAX = 40;
  private static final long TURN_MS_MAX = 2_000;

  /** The reason is told to the audit for the one transaction that this statement is. */
  private static final String CHANGE =
      """
      with said as materialized (select set_config('tailrace.reason', ?, true) as reason)
      select tailrace.change_member(?, ?, ?, ?, ?, ?::uuid, ?, ?, ?, ?, ?)
      from said where said.reason is not null
      """;

  private static final String SAID_BY =
      """
      select event::text, changed_at from tailrace.member
      where tenant = ? and channel = ? and "user" = ?
      """;

  /** One statement, so that who may read is decided on what is read. */
  private static final String READ =
      """
      select
        exists (select from tailrace.closed x where x.tenant = c.tenant and x.channel = c.channel),
        (select o.role from tailrace.member o
          where o.tenant = c.tenant and o.channel = c.channel and o."user" = ?),
        m."user", m.role, m.changed_at, m.changed_by
      from (values (?, ?)) as c(tenant, channel)
      left join lateral (
        select * from tailrace.member m
        where m.tenant = c.tenant and m.channel = c.channel and m.role is not null
          and m."user" {is} ?
        order by m."user"
        limit ?) m on true
      order by m."user"
      """;

  private static final String PAGE = READ.replace("{is}", ">");
  private static final String ONE = READ.replace("{is}", "=");

  private final DataSource pool;
  private final Semaphore turns;

  /**
   * Through a pool.
   *
   * @param underWayMax transactions at the same time, each on a connection of the pool
   */
  public Members(DataSource pool, int underWayMax) {
    this.pool = pool;
    this.turns = new Semaphore(underWayMax, true);
  }

  /** Changes one member, or not, in one transaction. */
  public MemberResult change(MemberRequest request) throws InterruptedException {
    if (!turns.tryAcquire(TURN_MS_MAX, TimeUnit.MILLISECONDS)) {
      return new Unavailable("too many changes of members are under way; nothing was written");
    }
    try {
      return tried(request);
    } finally {
      turns.release();
    }
  }

  private MemberResult tried(MemberRequest request) throws InterruptedException {
    for (int left = TRIES_MAX; ; left--) {
      try (Connection connection = pool.getConnection()) {
        return once(connection, request);
      } catch (SQLException e) {
        String state = e.getSQLState() == null ? "08" : e.getSQLState();
        log.atWarn()
            .addKeyValue("sqlState", state)
            .addKeyValue("left", left - 1)
            .log("a change of a member failed");
        switch (state.substring(0, 2)) {
          // Deadlock, no lock in time, too many connections: nothing was written.
          case "40", "53", "55" -> {
            if (left == 1) {
              return new Unavailable(
                  "somebody else is changing the channel's members; nothing was written");
            }
            Thread.sleep(1 + RandomGenerator.getDefault().nextLong(PAUSE_MS_MAX));
          }
          case "08", "57" -> {
            return new Unavailable("the database was lost on the way; send the same request again");
          }
          default -> {
            return new Broken();
          }
        }
      }
    }
  }

  private static MemberResult once(Connection connection, MemberRequest request)
      throws SQLException {
    Channel channel = request.channel();
    try (PreparedStatement statement = connection.prepareStatement(CHANGE)) {
      statement.setString(1, Objects.requireNonNullElse(request.reason(), ""));
      statement.setString(2, channel.tenant());
      statement.setString(3, channel.name());
      statement.setString(4, request.user());
      statement.setString(5, request.role());
      statement.setString(6, request.author());
      statement.setString(7, request.event());
      statement.setObject(8, request.at().atOffset(ZoneOffset.UTC));
      statement.setString(9, request.traceparent());
      statement.setBoolean(10, request.mayCreate());
      statement.setBoolean(11, request.mayChange());
      statement.setArray(12, connection.createArrayOf("text", request.changers().toArray()));
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return switch (row.getString(1)) {
          case "changed" -> new Changed();
          case "same" -> same(connection, channel, request.user());
          case "refused" -> new Forbidden();
          default -> throw new IllegalStateException("tailrace.change_member said another word");
        };
      }
    }
  }

  private static Same same(Connection connection, Channel channel, String user)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(SAID_BY)) {
      statement.setString(1, channel.tenant());
      statement.setString(2, channel.name());
      statement.setString(3, user);
      try (ResultSet row = statement.executeQuery()) {
        return row.next() ? new Same(row.getString(1), instant(row, 2)) : new Same(null, null);
      }
    }
  }

  /**
   * Members whose names come after one; null where too many ask at once.
   *
   * @param asking who asks, of whom the page tells the role
   * @param only the one user who is asked about; null: all
   * @param after empty: from the beginning
   * @throws SQLException where the database cannot be asked
   */
  public @Nullable MemberPage page(
      Channel channel, String asking, @Nullable String only, String after, int limit)
      throws SQLException, InterruptedException {
    if (!turns.tryAcquire(TURN_MS_MAX, TimeUnit.MILLISECONDS)) {
      return null;
    }
    try (Connection connection = pool.getConnection();
        PreparedStatement statement = connection.prepareStatement(only != null ? ONE : PAGE)) {
      statement.setString(1, asking);
      statement.setString(2, channel.tenant());
      statement.setString(3, channel.name());
      statement.setString(4, only != null ? only : after);
      statement.setInt(5, limit + 1);
      try (ResultSet row = statement.executeQuery()) {
        return page(row, limit);
      }
    } finally {
      turns.release();
    }
  }

  private static MemberPage page(ResultSet row, int limit) throws SQLException {
    List<MemberPage.One> members = new ArrayList<>();
    boolean closed = false;
    String ownRole = null;
    boolean more = false;
    while (row.next()) {
      closed = row.getBoolean(1);
      ownRole = row.getString(2);
      if (row.getString(3) == null) {
        continue;
      }
      if (members.size() == limit) {
        more = true;
        break;
      }
      members.add(
          new MemberPage.One(
              row.getString(3), row.getString(4), instant(row, 5), row.getString(6)));
    }
    return new MemberPage(closed, ownRole, members, more ? members.getLast().user() : null);
  }

  private static Instant instant(ResultSet row, int column) throws SQLException {
    return row.getObject(column, OffsetDateTime.class).toInstant();
  }
}
