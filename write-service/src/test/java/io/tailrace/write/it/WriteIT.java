package io.tailrace.write.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.write.WriteConfig;
import io.tailrace.write.it.Caller.Reply;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A write over HTTP, from the request to its row and its answer. */
@SuppressWarnings("NullAway.Init") // JUnit fills the fields before any test
class WriteIT {
  private static Running running;
  private static Caller ada;

  @BeforeAll
  static void start() {
    running = new Running();
    ada = running.caller("ada");
  }

  @AfterAll
  static void stop() {
    running.close();
  }

  @Test
  void answersWithSeqAndTimeOfTheCommit() throws SQLException {
    String trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    Reply first = ada.event("chat:seq", Caller.message("one"), "traceparent", trace);
    Reply second = ada.event("chat:seq", Caller.message("two"));

    assertEquals(201, first.status(), first.raw().body());
    assertEquals("chat:seq", first.json().path("channel").asText());
    assertEquals(1, first.json().path("epoch").asInt());
    assertEquals(1, first.json().path("seq").asLong());
    assertEquals("4bf92f3577b34da6a3ce929d0e0e4736", first.json().path("traceId").asText());
    assertEquals(2, second.json().path("seq").asLong());
    String id = first.json().path("id").asText();
    assertEquals(first.json().path("time").asText(), commitTime(id));
    assertEquals("{\"text\":\"one\"}", column(id, "data"));
    assertEquals("ada", column(id, "author"));
    assertEquals(trace, column(id, "traceparent"));
  }

  @Test
  void dataArrivesAsItWasWritten() throws SQLException {
    String data =
        "{ \"text\" : \"\u2028\ud83c\udf0a \\u00e9 \\/\",\n"
            + "\t\"n\":1.10,\"big\":12345678901234567890123, \"e\":1E+2}";

    Reply reply =
        ada.event("chat:raw", "{\"type\":\"message.posted\",\r\n\"data\":" + data + "\r\n}");

    assertEquals(201, reply.status(), reply.raw().body());
    assertEquals(data, column(reply.json().path("id").asText(), "data"));
  }

  @Test
  void commitIsAnsweredWithoutSeqWhereAskedFor() throws SQLException {
    Reply reply = ada.post("/v1/channels/chat:quick/events?ack=commit", Caller.message("x"));

    assertEquals(202, reply.status(), reply.raw().body());
    assertFalse(reply.json().has("seq"));
    assertEquals(reply.json().path("time").asText(), commitTime(reply.json().path("id").asText()));
  }

  @Test
  void aSequencerThatTakesTooLongMakesTheAnswerA202() throws SQLException {
    Reply reply;
    running.sequencer.pause(true);
    try (Running impatient = new Running(WriteConfig.Tuning.defaults())) {
      impatient.sequencer.pause(true);
      reply = impatient.caller("ada").event("chat:late", Caller.message("x"));
    } finally {
      running.sequencer.pause(false);
    }

    assertEquals(202, reply.status(), reply.raw().body());
    assertEquals(reply.json().path("time").asText(), commitTime(reply.json().path("id").asText()));
  }

  @Test
  void transactionIsAllOrNothing() throws SQLException {
    String good =
        "{\"events\":[{\"channel\":\"chat:tx-a\",\"type\":\"message.posted\",\"data\":{\"text\":\"a\"}},"
            + "{\"channel\":\"chat:tx-b\",\"type\":\"message.posted\",\"data\":{\"text\":\"b\"}},"
            + "{\"channel\":\"chat:tx-a\",\"type\":\"message.posted\",\"data\":{\"text\":\"c\"}}]}";
    String bad = good.replace("\"text\":\"c\"", "\"text\":7").replace("tx-", "no-");

    Reply written = ada.post("/v1/transactions", good);
    Reply refused = ada.post("/v1/transactions", bad);

    assertEquals(201, written.status(), written.raw().body());
    assertEquals(3, written.json().path("events").size());
    assertEquals(1, written.json().at("/events/0/seq").asLong());
    assertEquals(1, written.json().at("/events/1/seq").asLong());
    assertEquals(2, written.json().at("/events/2/seq").asLong());
    assertEquals(
        written.json().at("/events/0/time").asText(), written.json().at("/events/2/time").asText());
    assertEquals(422, refused.status());
    assertEquals("/events/2/data/text", refused.json().path("pointer").asText());
    assertEquals(0, count("channel like 'chat:no-%'"));
  }

  @Test
  void idServesAsTheKey() throws SQLException {
    String id = UUID.randomUUID().toString();
    String body = "{\"id\":\"" + id + "\",\"type\":\"message.posted\",\"data\":{\"text\":\"x\"}}";

    Reply first = ada.event("chat:own-id", body);
    Reply again = ada.event("chat:own-id", body);
    Reply other = ada.event("chat:own-id", body.replace("\"x\"", "\"y\""));

    assertEquals(id, first.json().path("id").asText());
    assertFalse(first.replayed());
    assertTrue(again.replayed());
    assertEquals(first.json(), again.json());
    assertEquals(422, other.status());
    assertEquals("idempotency_key_reused", other.code());
    assertEquals(1, count("channel = 'chat:own-id'"));
  }

  static String column(String id, String column) throws SQLException {
    return text("select " + column + "::text from tailrace.outbox where id = '" + id + "'");
  }

  static String commitTime(String id) throws SQLException {
    return text(
        "select to_char(pg_xact_commit_timestamp(xmin) at time zone 'UTC',"
            + " 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') from tailrace.outbox where id = '"
            + id
            + "'");
  }

  static long count(String where) throws SQLException {
    return Long.parseLong(text("select count(*) from tailrace.outbox where " + where));
  }

  static long number(String sql) throws SQLException {
    return Long.parseLong(text(sql));
  }

  private static String text(String sql) throws SQLException {
    try (Connection connection = Servers.connect();
        PreparedStatement statement = connection.prepareStatement(sql);
        ResultSet row = statement.executeQuery()) {
      assertTrue(row.next(), "no row");
      return row.getString(1);
    }
  }
}
