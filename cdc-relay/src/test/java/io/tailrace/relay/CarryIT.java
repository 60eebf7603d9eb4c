package io.tailrace.relay;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.schemas.event.OutboxRecord;
import io.tailrace.schemas.event.Times;
import io.tailrace.schemas.testkit.Await;
import io.tailrace.schemas.topic.Topics;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

/** Rows arrive as they were written, in commit order. One relay for all cases. */
class CarryIT {
  private static Servers servers;
  private static TestRelay relay;

  @BeforeAll
  static void start() throws Exception {
    servers = new Servers();
    relay = new TestRelay(servers.config()).awaitStreaming();
  }

  @AfterAll
  static void stop() {
    relay.close();
    servers.close();
  }

  private static OutboxLog log() {
    return OutboxLog.read(servers.broker.bootstrap(), Topics.OUTBOX);
  }

  private static List<OutboxRecord> await(String channel, int count) {
    List<OutboxRecord> rows = new ArrayList<>();
    Await.until(
        count + " rows of " + channel,
        () -> {
          assertFalse(relay.halted.isDone());
          rows.clear();
          log().accepted().stream()
              .filter(row -> row.channel().name().equals(channel))
              .forEach(rows::add);
          return rows.size() >= count;
        });
    assertEquals(count, rows.size());
    return rows;
  }

  @Test
  void dataArrivesByteForByte() throws Exception {
    List<String> written =
        List.of(
            "{\"a\":1.10,\"b\":1e400,\"c\":123456789012345678901234567890,\"d\":-0.0}",
            "{ \"b\" : 1,\n\t\"a\" : 2 , \"a\" : 3 }",
            "\"\u2028 \u2029 \ud83d\ude00 \\u0000 \\ud800\"",
            "null",
            "[]");

    for (String data : written) {
      servers.publish("chat:bytes", data);
    }

    List<OutboxRecord> rows = await("chat:bytes", written.size());
    for (int i = 0; i < written.size(); i++) {
      assertArrayEquals(written.get(i).getBytes(StandardCharsets.UTF_8), rows.get(i).data());
    }
  }

  @Test
  void everyAttributeArrives() throws Exception {
    servers.execute(
        "insert into tailrace.outbox (id, tenant, channel, type, entity, author, data, traceparent)"
            + " values ('0198c0de-0000-7000-8000-000000000001', 't', 'chat:all', 'a.b', 'e:1',"
            + " 'ann', '1', '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01')");

    OutboxRecord row = await("chat:all", 1).getFirst();

    assertEquals("0198c0de-0000-7000-8000-000000000001", row.envelope().id());
    assertEquals("t", row.channel().tenant());
    assertEquals("a.b", row.envelope().type());
    assertEquals("e:1", row.envelope().entity());
    assertEquals("ann", row.envelope().author());
    assertEquals("4bf92f3577b34da6a3ce929d0e0e4736", row.envelope().traceId());
    assertEquals(1, row.position().incarnation());
    assertEquals(1, row.position().timeline());
  }

  @Test
  void timeIsTheCommitTimeToTheMicrosecond() throws Exception {
    String id;
    try (Connection connection = servers.connect()) {
      id = Servers.insert(connection, "chat:time", "1");
    }

    OutboxRecord row = await("chat:time", 1).getFirst();

    String micros =
        servers.query(
            "select (extract(epoch from pg_xact_commit_timestamp(xmin)) * 1000000)::bigint"
                + " from tailrace.outbox where id = '"
                + id
                + "'");
    assertEquals(Long.parseLong(micros), Times.parseMicros(row.envelope().time()));
  }

  @Test
  void theOrderIsThatOfCommitsWhateverTheIds() throws Exception {
    try (Connection first = servers.connect();
        Connection second = servers.connect()) {
      first.setAutoCommit(false);
      second.setAutoCommit(false);

      String lower = Servers.insert(first, "chat:order", "1");
      String higher = Servers.insert(second, "chat:order", "2");
      second.commit();
      first.commit();

      assertTrue(lower.compareTo(higher) < 0);
      assertEquals(
          List.of(higher, lower),
          await("chat:order", 2).stream().map(row -> row.envelope().id()).toList());
    }
  }

  @Test
  void whatIsRolledBackIsNeverSeen() throws Exception {
    try (Connection connection = servers.connect()) {
      connection.setAutoCommit(false);
      Servers.insert(connection, "chat:rolled", "1");
      connection.rollback();
      Servers.insert(connection, "chat:rolled", "2");
      connection.commit();
    }

    OutboxRecord row = await("chat:rolled", 1).getFirst();

    assertEquals("2", new String(row.data(), StandardCharsets.UTF_8));
  }

  @Test
  void allRowsOfOneCopyArriveInOrder() throws Exception {
    int count = 20_000;
    try (Connection connection = servers.connect()) {
      var copy =
          connection
              .unwrap(PGConnection.class)
              .getCopyAPI()
              .copyIn("copy tailrace.outbox (tenant, channel, type, data) from stdin");
      for (int i = 0; i < count; i++) {
        byte[] line = ("t\tchat:copy\tx\t" + i + "\n").getBytes(StandardCharsets.UTF_8);
        copy.writeToCopy(line, 0, line.length);
      }
      copy.endCopy();
    }

    List<OutboxRecord> rows = await("chat:copy", count);

    for (int i = 0; i < count; i++) {
      assertEquals(Integer.toString(i), new String(rows.get(i).data(), StandardCharsets.UTF_8));
      assertEquals(i, rows.get(i).position().index());
      assertEquals(rows.getFirst().position().xid(), rows.get(i).position().xid());
    }
  }

  @Test
  void othersWalMessagesChangeNothing() throws Exception {
    try (Connection connection = servers.connect()) {
      connection.setAutoCommit(false);
      try (var statement = connection.createStatement()) {
        statement.execute("select pg_logical_emit_message(true, 'theirs', 'a')");
      }
      Servers.insert(connection, "chat:messages", "1");
      servers.publish("chat:messages", "0");
      try (var statement = connection.createStatement()) {
        statement.execute("select pg_logical_emit_message(false, 'theirs', 'b')");
        statement.execute("select pg_logical_emit_message(true, 'tailrace.relay', 'c')");
      }
      Servers.insert(connection, "chat:messages", "2");
      connection.commit();
    }
    servers.publish("chat:messages", "3");

    List<OutboxRecord> rows = await("chat:messages", 4);

    assertEquals(
        List.of("0", "1", "2", "3"),
        rows.stream().map(r -> new String(r.data(), StandardCharsets.UTF_8)).toList());
    assertTrue(rows.get(1).position().after() > rows.get(0).position().after());
    assertFalse(relay.halted.isDone());
  }
}
