package io.tailrace.write.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.tailrace.schemas.contract.Contracts;
import io.tailrace.schemas.testkit.Await;
import io.tailrace.schemas.token.KeyRing;
import io.tailrace.write.it.Caller.Reply;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Broadcasts over HTTP, from the job to its last event. */
@SuppressWarnings("NullAway.Init") // JUnit fills the fields before any test
class BroadcastIT {
  private static final String PATH = "/v1/admin/broadcasts";

  @TempDir private static Path folder;
  private static Running running;
  private static Caller root;

  @BeforeAll
  static void start() throws IOException {
    String secret = new String(Caller.SECRET, StandardCharsets.UTF_8);
    Path keys = folder.resolve("keys.json");
    Files.writeString(
        keys,
        "{\"tenants\":{\"demo\":{\"hmac\":\""
            + secret
            + "\"},\"acme\":{\"hmac\":\""
            + secret
            + "\"}}}");
    running =
        new Running(
            Running.PATIENT,
            Contracts.load(
                LimitedContracts.write(
                    Files.createDirectory(folder.resolve("kinds")), 100, 1000, "doc")),
            KeyRing.follow(keys),
            Running.database());
    root = running.caller("root", "admin");
  }

  @AfterAll
  static void stop() {
    running.close();
  }

  private static String channels(String prefix, int count) {
    return IntStream.range(0, count)
        .mapToObj(n -> "\"" + prefix + n + "\"")
        .collect(Collectors.joining(",", "[", "]"));
  }

  private static String body(String channels, String more) {
    return "{\"channels\":"
        + channels
        + ",\"type\":\"message.posted\",\"data\":{\"text\":\"maintenance at 9\"},"
        + "\"reason\":\"announced maintenance\""
        + more
        + "}";
  }

  private static JsonNode awaitEnd(Caller caller, String id) {
    awaitJob("the broadcast ended", id, "state not in ('waiting', 'running')");
    return caller.ask("GET", PATH + "/" + id).json();
  }

  /** Looks into the database: asking the service that often would use up what the tenant may. */
  private static void awaitJob(String what, String id, String condition) {
    String job = "select count(*) from tailrace.broadcast where id = '" + id + "' and ";
    Await.until(what, () -> Sql.count(job + condition) == 1);
  }

  @Test
  void everyChannelGetsTheEventOnceAndTheAuditTellsIt() throws SQLException {
    Reply reply = root.post(PATH, body(channels("chat:all-", 450), ""));

    assertEquals(202, reply.status(), reply.raw().body());
    String id = reply.json().path("id").asText();
    assertEquals(PATH + "/" + id, reply.raw().headers().firstValue("Location").orElse(""));
    assertEquals(450, reply.json().path("total").asInt());
    JsonNode ended = awaitEnd(root, id);
    assertEquals("done", ended.path("state").asText(), ended.toString());
    assertEquals(450, ended.path("reached").asInt());
    assertEquals("root", ended.path("author").asText());
    assertFalse(ended.path("finishedAt").asText().isEmpty());
    assertEquals(
        450,
        Sql.count(
            "select count(distinct id) from tailrace.outbox where channel like 'chat:all-%'"));
    assertEquals(450, WriteIT.count("channel like 'chat:all-%' and author = 'root'"));
    assertEquals(
        "broadcast.accepted root 0 announced maintenance, broadcast.finished root 450 announced"
            + " maintenance",
        Sql.text(
            "select string_agg(concat_ws(' ', action, actor, reached, reason), ', ' order by id)"
                + " from tailrace.audit where target = '"
                + id
                + "'"));
  }

  @Test
  void theSameRequestIsOneJob() throws SQLException {
    String body = body(channels("chat:once-", 3), "");

    Reply first = root.post(PATH, body, "Idempotency-Key", "once");
    Reply again = root.post(PATH, body, "Idempotency-Key", "once");
    Reply other = root.post(PATH, body.replace("at 9", "at 10"), "Idempotency-Key", "once");

    assertEquals(202, again.status(), again.raw().body());
    assertTrue(again.replayed());
    assertEquals(first.json().path("id"), again.json().path("id"));
    assertEquals("idempotency_key_reused", other.code());
    awaitEnd(root, first.json().path("id").asText());
    assertEquals(3, WriteIT.count("channel like 'chat:once-%'"));
  }

  @Test
  void aJobsIdServesAsTheKeyAndIsTheTenantsOwn() {
    String id = UUID.randomUUID().toString();
    String body = body(channels("chat:id-", 1), ",\"id\":\"" + id + "\"");
    Caller acme = running.callerOf("acme", "root", "admin");

    Reply first = root.post(PATH, body);
    Reply again = root.post(PATH, body);
    Reply otherKey = root.post(PATH, body, "Idempotency-Key", "another");
    Reply otherBody =
        root.post(PATH, body.replace("at 9", "at 10"), "Idempotency-Key", "yet-another");
    Reply otherTenant = acme.post(PATH, body);

    assertEquals(id, first.json().path("id").asText());
    assertFalse(first.replayed());
    assertTrue(again.replayed());
    assertTrue(otherKey.replayed());
    assertEquals("idempotency_key_reused", otherBody.code());
    assertEquals(202, otherTenant.status());
    assertFalse(otherTenant.replayed());
  }

  @Test
  void onlyAdministratorsOfTheTenantSeeAndTouchIt() {
    Caller ann = running.caller("ann");
    Caller shop = running.caller("shop", "publisher");
    Caller acme = running.callerOf("acme", "root", "admin");
    String body = body(channels("chat:mine-", 1), "");
    String id = root.post(PATH, body).json().path("id").asText();

    for (Caller stranger : new Caller[] {ann, shop}) {
      assertEquals(403, stranger.post(PATH, body).status());
      assertEquals(403, stranger.ask("GET", PATH).status());
      assertEquals(403, stranger.ask("GET", PATH + "/" + id).status());
      assertEquals(403, stranger.ask("DELETE", PATH + "/" + id).status());
      assertEquals(403, stranger.ask("GET", "/v1/admin/audit").status());
    }
    assertEquals(404, acme.ask("GET", PATH + "/" + id).status());
    assertEquals(404, acme.ask("DELETE", PATH + "/" + id).status());
    assertFalse(acme.ask("GET", PATH).raw().body().contains(id));
    assertFalse(acme.ask("GET", "/v1/admin/audit?limit=500").raw().body().contains(id));
    assertTrue(root.ask("GET", PATH).raw().body().contains(id));
    assertTrue(root.ask("GET", "/v1/admin/audit?limit=500").raw().body().contains(id));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '#',
      value = {
        "['chat:bad-1','doc:bad-2'] #  # 422 # /type",
        "['chat:bad-1','nokind:x'] #  # 422 # /channels/1",
        "['chat:bad-1','chat:bad-1'] #  # 422 # /channels/1",
        "['chat:bad-1','chat'] #  # 422 # /channels/1",
        "['chat:bad-1',7] #  # 422 # /channels/1",
        "[] #  # 422 # /channels",
        "7 #  # 422 # /channels",
        "['chat:bad-1'] # ,'more':1 # 422 # /more",
        "['chat:bad-1'] # ,'entity':'member:ann' # 422 # /type",
        "['chat:bad-1'] # ,'id':'x' # 422 # /id",
        "['chat:bad-1'] # ,'type':'message.posted' # 422 # /type",
        "['chat:bad-1'] # } { # 400 #",
      })
  void aBadJobIsRefusedWhole(String channels, String more, int status, String pointer)
      throws SQLException {
    Reply reply =
        root.post(
            PATH, body(channels.replace('\'', '"'), more == null ? "" : more.replace('\'', '"')));

    assertEquals(status, reply.status(), reply.raw().body());
    assertEquals(pointer == null ? "" : pointer, reply.json().path("pointer").asText());
    assertEquals(0, WriteIT.count("channel like '%:bad-%'"));
  }

  @Test
  void aReasonIsNeededInTheBodyOrBesideIt() {
    String without =
        body(channels("chat:reason-", 1), "").replace(",\"reason\":\"announced maintenance\"", "");

    Reply refused = root.post(PATH, without);
    Reply beside = root.post(PATH, without, "Audit-Reason", "told in a header");

    assertEquals(422, refused.status());
    assertEquals("/reason", refused.json().path("pointer").asText());
    assertEquals(202, beside.status(), beside.raw().body());
    assertEquals("told in a header", beside.json().path("reason").asText());
  }

  @Test
  void moreChannelsThanAJobMayHaveAreRefused() {
    Reply most = root.post(PATH, body(channels("chat:most-", 10_001), ""));

    assertEquals(422, most.status());
    assertEquals("/channels", most.json().path("pointer").asText());
  }

  @Test
  void aCancelledJobStopsBetweenTwoChunksAndTheAuditSaysWhere() throws SQLException {
    String id;
    int reached;
    // By the tenant's limit it takes many seconds, so that it is under way at whatever moment.
    Reply accepted = root.post(PATH, body(channels("chat:cancel-", 10_000), ""));
    id = accepted.json().path("id").asText();
    awaitJob("some of it was written", id, "reached > 0");

    Reply cancelled = root.ask("DELETE", PATH + "/" + id, "Audit-Reason", "wrong text");
    Reply again = root.ask("DELETE", PATH + "/" + id);

    assertEquals("cancelled", cancelled.json().path("state").asText(), cancelled.raw().body());
    reached = cancelled.json().path("reached").asInt();
    assertNotEquals(10_000, reached);
    assertEquals(cancelled.json(), again.json());
    assertEquals(reached, WriteIT.count("channel like 'chat:cancel-%'"));
    assertEquals(
        "broadcast.cancelled root " + reached + " wrong text",
        Sql.text(
            "select concat_ws(' ', action, actor, reached, reason) from tailrace.audit where target"
                + " = '"
                + id
                + "' order by id desc limit 1"));
  }

  @Test
  void acceptanceAndItsLineInTheAuditAreOneTransaction() throws SQLException {
    long before = Sql.count("select count(*) from tailrace.broadcast");
    Sql.run(
        "alter table tailrace.audit add constraint refused check (reason <> 'must fail') not"
            + " valid");
    try {
      Reply reply =
          root.post(
              PATH,
              body(channels("chat:atomic-", 1), "").replace("announced maintenance", "must fail"));

      assertEquals(503, reply.status(), reply.raw().body());
      assertEquals(before, Sql.count("select count(*) from tailrace.broadcast"));
    } finally {
      Sql.run("alter table tailrace.audit drop constraint refused");
    }
  }

  @Test
  void theLastChunkAndItsLineInTheAuditAreOneTransaction() throws SQLException {
    Sql.run(
        "alter table tailrace.audit add constraint unfinished"
            + " check (action <> 'broadcast.finished' or reason <> 'not yet') not valid");
    String id;
    try {
      id =
          root.post(
                  PATH,
                  body(channels("chat:last-", 2), "").replace("announced maintenance", "not yet"))
              .json()
              .path("id")
              .asText();
      assertEquals("failed", awaitEnd(root, id).path("state").asText());
      assertEquals(0, WriteIT.count("channel like 'chat:last-%'"));
    } finally {
      Sql.run("alter table tailrace.audit drop constraint unfinished");
    }
  }

  @Test
  void aJobThatAnotherProcessHoldsIsLeftToItAndOthersGoOn() throws SQLException {
    try (Connection other = Servers.connect()) {
      other.setAutoCommit(false);
      String held = UUID.randomUUID().toString();
      Sql.run(
          "insert into tailrace.broadcast (tenant, id, author, type, data, traceparent, reason,"
              + " channels, body_hash, state, touched_at) values ('demo', '"
              + held
              + "', 'root', 'message.posted', '{\"text\":\"x\"}',"
              + " '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', 'held', '{chat:held}',"
              + " '', 'cancelled', 'epoch')");
      Sql.text(other, "select id from tailrace.broadcast where id = '" + held + "' for update");
      Sql.run(other, "update tailrace.broadcast set state = 'waiting' where id = '" + held + "'");
      Sql.run(other, "commit");
      Sql.text(other, "select id from tailrace.broadcast where id = '" + held + "' for update");
      long written = WriteIT.count("channel = 'chat:held'");

      String id = root.post(PATH, body(channels("chat:free-", 2), "")).json().path("id").asText();

      assertEquals("done", awaitEnd(root, id).path("state").asText());
      assertEquals(written, WriteIT.count("channel = 'chat:held'"));
      other.rollback();
      Await.until("the held one is done", () -> WriteIT.count("channel = 'chat:held'") == 1);
    }
  }

  @Test
  void onlyTheRightMethodsParametersAndAddresses() {
    assertEquals(405, root.ask("DELETE", PATH).status());
    assertEquals("GET, POST", root.ask("PUT", PATH).raw().headers().firstValue("Allow").orElse(""));
    assertEquals(404, root.ask("GET", PATH + "/1-1-1-1-1").status());
    assertEquals(404, root.ask("GET", "/v1/admin/else").status());
    assertEquals(400, root.ask("GET", PATH + "?limit=0").status());
    assertEquals(400, root.ask("GET", PATH + "?tenant=acme").status());
    assertEquals(400, root.ask("GET", "/v1/admin/audit?since=yesterday").status());
    assertEquals(400, root.ask("GET", "/v1/admin/audit?limit=501").status());
    assertEquals(415, root.post(PATH, "{}", "Content-Type", "text/plain").status());
    assertEquals(401, root.ask("GET", "/v1/admin/audit", "Authorization", "Bearer x.y.z").status());
  }

  @Test
  void pagesOfTheAuditFollowEachOther() {
    for (int i = 0; i < 3; i++) {
      root.post(PATH, body(channels("chat:page-" + i + "-", 1), ""));
    }

    JsonNode first = root.ask("GET", "/v1/admin/audit?action=broadcast.accepted&limit=2").json();
    JsonNode second =
        root.ask(
                "GET",
                "/v1/admin/audit?action=broadcast.accepted&limit=1&before="
                    + first.path("next").asLong())
            .json();

    assertEquals(2, first.path("entries").size());
    assertEquals(1, second.path("entries").size());
    assertTrue(
        first.at("/entries/1/id").asLong() > second.at("/entries/0/id").asLong(),
        first + " " + second);
    assertEquals("broadcast.accepted", second.at("/entries/0/action").asText());
    assertEquals(1, second.at("/entries/0/detail/channels").asInt());
  }
}
