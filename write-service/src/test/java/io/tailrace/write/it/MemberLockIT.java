package io.tailrace.write.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tailrace.schemas.testkit.Await;
import io.tailrace.write.commit.CommitResult;
import io.tailrace.write.member.MemberResult;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Each lock between publishing and changes of members, held by hand. And the door for products. */
@SuppressWarnings("NullAway.Init") // JUnit fills the fields before any test
class MemberLockIT {
  private static MemberPlayers players;

  @BeforeAll
  static void start() throws SQLException {
    players = new MemberPlayers();
    try (Connection owner = Servers.connect();
        Statement statement = owner.createStatement()) {
      statement.execute("create role club login password 'club'");
      statement.execute("insert into tailrace.tenant_role values ('club', 'demo')");
    }
  }

  @AfterAll
  static void stop() {
    players.close();
  }

  private static Connection transaction() throws SQLException {
    Connection connection = Servers.connect();
    connection.setAutoCommit(false);
    return connection;
  }

  private static Connection club() throws SQLException {
    return DriverManager.getConnection(Servers.postgres().jdbcUrl(), "club", "club");
  }

  private static String one(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      return row.next() ? String.valueOf(row.getString(1)) : "nothing";
    }
  }

  private static String check(String channel, String user) {
    return "select verdict from tailrace.check_publish(array['demo'], array['chat:"
        + channel
        + "'], array['"
        + user
        + "'], array[1], array['member,owner'], array[true], array[false])";
  }

  private static boolean waits(String lock) throws SQLException {
    return WriteIT.number(
            "select count(*) from pg_stat_activity where application_name = 'tailrace-write'"
                + " and wait_event_type = 'Lock' and wait_event = '"
                + lock
                + "'")
        > 0;
  }

  private static CompletableFuture<MemberResult> later(String channel, String user, boolean set) {
    return CompletableFuture.supplyAsync(() -> {
      try {
        return players.change(0, channel, user, set ? "member" : null, "root", true, true);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    });
  }

  @Test
  void aRemovalWaitsForWhoPublishes() throws Exception {
    players.change(0, "lock-a", "ada", "member", "root", true, true);
    try (Connection publisher = transaction();
        Connection next = transaction()) {
      assertEquals("nothing", one(publisher, check("lock-a", "ada")));
      CompletableFuture<MemberResult> removal = later("lock-a", "ada", false);
      Await.until("the removal waits", () -> waits("advisory") || waits("transactionid"));
      assertFalse(removal.isDone());
      // Whoever comes now is behind the removal, so that it cannot be kept waiting for ever.
      Await.until(
          "whoever comes to be behind the removal",
          () -> {
            String verdict = one(next, check("lock-a", "ada"));
            next.rollback(); // between two tries of the removal nobody is behind it
            return verdict.equals("busy");
          });
      publisher.commit();
      assertInstanceOf(MemberResult.Changed.class, removal.get());
    }
    try (Connection after = transaction()) {
      assertEquals("refused", one(after, check("lock-a", "ada")));
    }
  }

  @Test
  void whoPublishesComesAgainWhileAMemberIsChanged() throws Exception {
    players.change(0, "lock-b", "ada", "member", "root", true, true);
    CompletableFuture<CommitResult> publish;
    CompletableFuture<CommitResult> neighbour;
    try (Connection removal = transaction()) {
      one(
          removal,
          "select tailrace.change_member('demo', 'chat:lock-b', 'ada', null, 'root',"
              + " tailrace.new_id(), now(), null, true, true, '{}')");
      publish = players.publish(0, "ada", "lock-b");
      neighbour = players.publish(0, "eve", "lock-open");
      // Nobody else waits for the removal.
      assertInstanceOf(CommitResult.Committed.class, neighbour.get());
      assertInstanceOf(CommitResult.Committed.class, players.publish(0, "eve", "lock-open").get());
      assertFalse(publish.isDone());
      removal.commit();
    }
    assertInstanceOf(CommitResult.Forbidden.class, publish.get());
    assertEquals(0, WriteIT.count("channel = 'chat:lock-b' and type = 'message.posted'"));
  }

  @Test
  void aClosingWaitsForWhoPublishesAndWhoComesAfterItIsRefused() throws Exception {
    players.publish(0, "eve", "lock-c").get();
    try (Connection publisher = transaction()) {
      assertEquals("nothing", one(publisher, check("lock-c", "eve")));
      CompletableFuture<MemberResult> closing = later("lock-c", "ada", true);
      Await.until("the closing waits", () -> waits("advisory"));
      assertFalse(closing.isDone());
      publisher.commit();
      assertInstanceOf(MemberResult.Changed.class, closing.get());
    }
    assertInstanceOf(CommitResult.Forbidden.class, players.publish(0, "eve", "lock-c").get());
  }

  @Test
  void whatWasCommittedAfterTheStatementBeganCounts() throws Exception {
    players.publish(0, "eve", "lock-d").get();
    try (Connection gate = Servers.connect();
        Connection publisher = Servers.connect()) {
      one(gate, "select pg_advisory_lock(77)");
      CompletableFuture<String> verdict =
          CompletableFuture.supplyAsync(() -> {
            try {
              // The statement has its snapshot, then waits; only then it asks.
              return one(
                  publisher,
                  "with gate as materialized (select pg_advisory_xact_lock_shared(77))"
                      + " select k.verdict from gate cross join lateral ("
                      + check("lock-d", "eve")
                      + ") k");
            } catch (SQLException e) {
              throw new IllegalStateException(e);
            }
          });
      Await.until(
          "the statement waits",
          () ->
              WriteIT.number(
                      "select count(*) from pg_stat_activity where wait_event = 'advisory'"
                          + " and query like '%gate%materialized%' and pid <> pg_backend_pid()")
                  > 0);
      players.change(0, "lock-d", "ada", "member", "root", true, true);
      one(gate, "select pg_advisory_unlock(77)");

      assertEquals("refused", verdict.get());
    }
  }

  @Test
  void productsChangeMembersInTheirOwnTransaction() throws Exception {
    try (Connection club = club()) {
      club.setAutoCommit(false);
      String id = one(club, "select tailrace.set_member('chat:door', 'ada', 'owner', 'shop')");
      assertEquals("null", one(club, "select tailrace.set_member('chat:door', 'ada', 'owner')"));
      assertEquals("null", one(club, "select tailrace.remove_member('chat:door', 'bob')"));
      club.rollback();
      assertEquals(0, WriteIT.count("id = '" + id + "'"));
      id = one(club, "select tailrace.set_member('chat:door', 'ada', 'owner', 'shop')");
      String removed = one(club, "select tailrace.remove_member('chat:door', 'ada')");
      club.commit();

      assertEquals("member.set", WriteIT.column(id, "type"));
      assertEquals("shop", WriteIT.column(id, "author"));
      assertEquals("demo", WriteIT.column(id, "tenant"));
      assertEquals("member.removed", WriteIT.column(removed, "type"));
    }
    assertInstanceOf(CommitResult.Forbidden.class, players.publish(0, "ada", "door").get());
  }

  @Test
  void productsReachNothingButTheDoor() throws SQLException {
    try (Connection club = club()) {
      for (String sql :
          List.of(
              "select * from tailrace.member",
              "insert into tailrace.closed values ('demo', 'chat:x')",
              "insert into tailrace.channel values ('demo', 'chat:x', null)",
              "select tailrace.change_member('other', 'chat:x', 'a', 'owner', 'a',"
                  + " gen_random_uuid(), now(), null, true, true, '{}')",
              check("x", "ada"),
              "select tailrace.register('demo', 'chat:x', 'a')",
              "select tailrace.caller_tenant()",
              "select tailrace.refresh_members(now(), now(), 1)")) {
        SQLException e = assertThrows(SQLException.class, () -> one(club, sql));
        assertEquals("42501", e.getSQLState(), sql);
      }
      for (String sql :
          List.of(
              "select tailrace.set_member('chat:door-x', 'ada', 'king')",
              "select tailrace.set_member('inbox:door-x', 'ada', 'owner')",
              "select tailrace.set_member('nokind:door-x', 'ada', 'owner')",
              "select tailrace.set_member('chat:door-x', repeat('x', 194), 'owner')",
              "select tailrace.set_member('chat:door-x', '', 'owner')",
              "select tailrace.set_member('chat:door-x', E'a\\nb', 'owner')",
              "select tailrace.set_member('chat:door/x', 'ada', 'owner')",
              "select tailrace.publish('chat:door-x', 'member.set', '{\"role\":\"owner\"}',"
                  + " 'member:a')",
              "select tailrace.publish('chat:door-x', 'a.b', '{}', 'member:a')")) {
        SQLException e = assertThrows(SQLException.class, () -> one(club, sql));
        assertEquals(true, List.of("22023", "23514").contains(e.getSQLState()), sql);
      }
    }
    assertEquals(0, WriteIT.count("channel = 'chat:door-x'"));
    assertEquals(
        0, WriteIT.number("select count(*) from tailrace.closed where channel = 'chat:door-x'"));
  }
}
