package io.tailrace.write.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.zaxxer.hikari.HikariDataSource;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tailrace.embed.PostgresServer;
import io.tailrace.schemas.contract.Contracts;
import io.tailrace.write.auth.PublishRight;
import io.tailrace.write.commit.WritePool;
import io.tailrace.write.measure.WriteMetrics;
import io.tailrace.write.migrate.Kinds;
import io.tailrace.write.migrate.Migration;
import io.tailrace.write.retain.Retention;
import io.tailrace.write.retain.RetentionPlan;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Retention on a database of its own, with the time moved by hand. */
@SuppressWarnings("NullAway.Init") // JUnit fills the fields before any test
class RetentionIT {
  private static final RetentionPlan PLAN =
      new RetentionPlan(Duration.ofDays(3), Duration.ofDays(2), 4);

  private static PostgresServer postgres;
  private static HikariDataSource pool;
  private final Instant today = Instant.now().truncatedTo(ChronoUnit.DAYS);
  private final Retention retention =
      new Retention(pool, PLAN, new WriteMetrics(new SimpleMeterRegistry()));

  @BeforeAll
  static void start() {
    postgres = PostgresServer.temporary();
    pool = WritePool.open(postgres.jdbcUrl(), postgres.user(), postgres.password(), 2);
    Migration.apply(pool);
    Migration.check(pool);
  }

  @AfterAll
  static void stop() {
    pool.close();
    postgres.close();
  }

  @BeforeEach
  void empty() throws SQLException {
    execute("truncate tailrace.outbox, tailrace.written, tailrace.member");
  }

  @Test
  void aDayIsDroppedWhenItsLastRowIsPastRetentionAndNotBefore() throws SQLException {
    insert(today.plus(Duration.ofHours(23)), "day");

    retention.doWork(today.plus(Duration.ofDays(4)).minusMillis(1));
    assertEquals(List.of("day"), channels());

    retention.doWork(today.plus(Duration.ofDays(4)));
    assertEquals(List.of(), channels());
    assertEquals(
        "t",
        text("select since = '" + today.plus(Duration.ofDays(1)) + "' from tailrace.outbox_kept"));
  }

  @Test
  void partitionsAreThereAheadOfTime() throws SQLException {
    Instant later = today.plus(Duration.ofDays(30));

    retention.doWork(later);
    insert(later.plus(Duration.ofDays(3)).plus(Duration.ofHours(1)), "ahead");

    assertEquals("0", text("select count(*) from tailrace.outbox_default"));
  }

  @Test
  void aRowWithoutPartitionIsKeptAndItsDayStaysWhereItIs() throws SQLException {
    Instant far = today.plus(Duration.ofDays(100));
    insert(far.plusSeconds(1), "far");
    assertEquals("1", text("select count(*) from tailrace.outbox_default"));

    retention.doWork(far);
    insert(far.plusSeconds(2), "far-too");
    assertEquals(List.of("far", "far-too"), channels());
    assertEquals("2", text("select count(*) from tailrace.outbox_default"));

    retention.doWork(far.plus(Duration.ofDays(4)));
    assertEquals(List.of(), channels());
  }

  @Test
  void oldKeysAreForgotten() throws SQLException {
    Instant now = Instant.now();
    key("old", now.minus(Duration.ofDays(2)).minusSeconds(1));
    key("young", now.minus(Duration.ofDays(2)).plusSeconds(60));

    retention.doWork(now);

    assertEquals("young", text("select string_agg(key, ',') from tailrace.written"));
  }

  @Test
  void theEventsOfMembersAreWrittenAgainBeforeHalfTheRetention() throws SQLException {
    Instant now = Instant.now();
    Duration half = PLAN.events().dividedBy(2);
    member("old", "owner", now.minus(half).plus(Duration.ofMinutes(30)));
    member("gone", null, now.minus(half).plus(Duration.ofMinutes(30)));
    member("young", "owner", now.minus(PLAN.events().dividedBy(4)));

    retention.doWork(now);
    retention.doWork(now.plusSeconds(600));

    assertEquals(
        "gone member.removed {}, old member.set {\"role\":\"owner\"}",
        text(
            "select string_agg(m.\"user\" || ' ' || o.type || ' ' || o.data::text, ', ' order by"
                + " m.\"user\") from tailrace.outbox o join tailrace.member m on m.event = o.id and"
                + " o.entity = 'member:' || m.\"user\" and o.author = 'root'"));
    assertEquals("2", text("select count(*) from tailrace.outbox"));
  }

  @Test
  void aMemberWhoIsJustBeingChangedIsLeftForTheNextRound() throws SQLException {
    Instant now = Instant.now();
    member("held", "owner", now.minus(PLAN.events()));
    member("free", "owner", now.minus(PLAN.events()));
    try (Connection other = pool.getConnection();
        Statement statement = other.createStatement()) {
      other.setAutoCommit(false);
      statement.execute("select from tailrace.member where \"user\" = 'held' for no key update");
      retention.doWork(now);
      assertEquals("member:free", text("select string_agg(entity, ',') from tailrace.outbox"));
      other.rollback();
      other.setAutoCommit(true);
    }
    retention.doWork(now);
    assertEquals("2", text("select count(*) from tailrace.outbox"));
  }

  @Test
  void channelsFromBeforeAreRegisteredOnce() throws SQLException {
    execute("truncate tailrace.channel, tailrace.kind");
    insert(Instant.now(), "before");
    insert(Instant.now(), "before");

    Kinds.tell(pool, Contracts.shipped(), _ -> false, System::nanoTime);
    assertEquals("0", text("select count(*) from tailrace.channel"));
    Kinds.tell(pool, Contracts.shipped(), PublishRight::registers, System::nanoTime);
    assertEquals("chat:before", text("select string_agg(channel, ',') from tailrace.channel"));
    insert(Instant.now(), "after");
    Kinds.tell(pool, Contracts.shipped(), PublishRight::registers, System::nanoTime);
    assertEquals("chat:before", text("select string_agg(channel, ',') from tailrace.channel"));
    assertEquals(
        "chat {member,owner,reader} true true true",
        text(
            "select concat_ws(' ', name, roles::text, members::text, registers::text,"
                + " scanned::text) from tailrace.kind where name = 'chat'"));
  }

  private static void member(String user, @Nullable String role, Instant eventAt)
      throws SQLException {
    execute(
        "insert into tailrace.member values ('demo', 'chat:m', '"
            + user
            + "', "
            + (role == null ? "null" : "'" + role + "'")
            + ", gen_random_uuid(), '"
            + eventAt
            + "', 'root', '"
            + eventAt
            + "')");
  }

  @Test
  void onlyOneWorksAtATime() throws SQLException {
    try (Connection other = pool.getConnection();
        Statement statement = other.createStatement()) {
      statement.execute("select pg_advisory_lock(" + 0x7461696c72616365L + ")");
      assertFalse(retention.doWork(today));
      statement.execute("select pg_advisory_unlock(" + 0x7461696c72616365L + ")");
    }
    assertTrue(retention.doWork(today));
  }

  private static void insert(Instant createdAt, String id) throws SQLException {
    execute(
        "insert into tailrace.outbox (tenant, channel, type, data, created_at) values"
            + " ('demo', 'chat:"
            + id
            + "', 'a.b', '1', '"
            + createdAt
            + "')");
  }

  private static void key(String key, Instant createdAt) throws SQLException {
    execute(
        "insert into tailrace.written values ('demo', 'ada', '"
            + key
            + "', '', '{}', '"
            + createdAt
            + "')");
  }

  private static List<String> channels() throws SQLException {
    List<String> channels = new ArrayList<>();
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery("select channel from tailrace.outbox order by created_at")) {
      while (row.next()) {
        channels.add(row.getString(1).substring("chat:".length()));
      }
    }
    return channels;
  }

  private static void execute(String sql) throws SQLException {
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static String text(String sql) throws SQLException {
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      assertTrue(row.next());
      return row.getString(1);
    }
  }
}
