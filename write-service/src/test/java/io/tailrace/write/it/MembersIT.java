package io.tailrace.write.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.tailrace.schemas.contract.Contracts;
import io.tailrace.write.it.Caller.Reply;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may change members, who may publish where there are some, and how it is answered. */
@SuppressWarnings("NullAway.Init") // JUnit fills the fields before any test
class MembersIT {
  private static Running running;
  private static Caller admin;
  private static Caller ada;
  private static Caller bob;

  @BeforeAll
  static void start() {
    running = new Running();
    admin = running.caller("root", "admin");
    ada = running.caller("ada");
    bob = running.caller("bob");
  }

  @AfterAll
  static void stop() {
    running.close();
  }

  private static void assertForbidden(Reply reply) {
    assertEquals(403, reply.status(), reply.raw().body());
    assertEquals("forbidden", reply.code());
  }

  private static Reply say(Caller caller, String channel) {
    return caller.event(channel, Caller.message("x"));
  }

  @Test
  void aChangeIsAnEventOfTheChannel() throws SQLException {
    Reply set = ada.set("chat:m-event", "ada", "owner");
    Reply removed = ada.remove("chat:m-event", "ada");

    assertEquals(201, set.status(), set.raw().body());
    assertEquals("chat:m-event", set.json().path("channel").asText());
    assertEquals(1, set.json().path("epoch").asInt());
    assertEquals(1, set.json().path("seq").asLong());
    assertTrue(set.json().path("changed").asBoolean());
    String id = set.json().path("id").asText();
    assertEquals(WriteIT.commitTime(id), set.json().path("time").asText());
    assertEquals("member.set", WriteIT.column(id, "type"));
    assertEquals("member:ada", WriteIT.column(id, "entity"));
    assertEquals("ada", WriteIT.column(id, "author"));
    assertEquals("{\"role\":\"owner\"}", WriteIT.column(id, "data"));
    assertEquals(2, removed.json().path("seq").asLong());
    String gone = removed.json().path("id").asText();
    assertEquals("member.removed", WriteIT.column(gone, "type"));
    assertEquals("{}", WriteIT.column(gone, "data"));
  }

  @Test
  void whyAMemberIsChangedStandsInTheAuditOfThatChangeAlone() throws SQLException {
    String member = Caller.member("chat:m-why", "ada");
    assertEquals(
        201,
        admin
            .send("PUT", member, "{\"role\":\"owner\"}", "Audit-Reason", "new in the team")
            .status());
    assertEquals(201, admin.set("chat:m-why", "ada", "member").status());
    assertEquals(201, admin.ask("DELETE", member, "Audit-Reason", "left").status());
    Reply refused = admin.ask("DELETE", member, "Audit-Reason", "x".repeat(1_001));

    assertEquals(
        "member.set new in the team, member.set, member.removed left",
        Sql.text(
            "select string_agg(concat_ws(' ', action, reason), ', ' order by id)"
                + " from tailrace.audit where target = 'chat:m-why'"));
    assertEquals(400, refused.status(), refused.raw().body());
    assertTrue(
        refused.json().path("detail").asText().startsWith("Audit-Reason: a reason has 1 to 1000"));
  }

  @Test
  void whatIsSoAlreadyWritesNothing() throws SQLException {
    Reply first = ada.set("chat:m-same", "ada", "owner");
    Reply again = ada.set("chat:m-same", "ada", "owner");
    Reply stranger = ada.remove("chat:m-same", "nobody");
    Reply open = bob.remove("chat:m-same-open", "bob");

    assertEquals(200, again.status(), again.raw().body());
    assertFalse(again.json().path("changed").asBoolean(true));
    assertEquals(first.json().path("id").asText(), again.json().path("id").asText());
    assertEquals(200, stranger.status(), stranger.raw().body());
    assertFalse(stranger.json().path("changed").asBoolean(true));
    assertFalse(stranger.json().has("id"));
    assertEquals(200, open.status(), open.raw().body());
    assertEquals(1, WriteIT.count("channel like 'chat:m-same%'"));
  }

  @Test
  void aCommitIsAnsweredWithoutSeqWhereAskedFor() throws SQLException {
    Reply reply =
        ada.send("PUT", Caller.member("chat:m-ack", "ada") + "?ack=commit", "{\"role\":\"owner\"}");

    assertEquals(202, reply.status(), reply.raw().body());
    assertFalse(reply.json().has("seq"));
    assertEquals(
        WriteIT.commitTime(reply.json().path("id").asText()), reply.json().path("time").asText());
  }

  @Test
  void theFirstMemberClosesTheChannelForEver() {
    assertEquals(201, say(bob, "chat:m-close").status());
    // It exists and is open: only who may change members everywhere closes it.
    assertForbidden(bob.set("chat:m-close", "bob", "owner"));
    assertEquals(201, admin.set("chat:m-close", "ada", "owner").status());

    assertForbidden(say(bob, "chat:m-close"));
    assertForbidden(say(admin, "chat:m-close"));
    assertEquals(201, say(ada, "chat:m-close").status());
    assertEquals(201, ada.remove("chat:m-close", "ada").status());
    assertForbidden(say(ada, "chat:m-close"));
    assertForbidden(say(bob, "chat:m-close"));
    assertForbidden(ada.set("chat:m-close", "ada", "owner"));
    assertEquals(201, admin.set("chat:m-close", "bob", "member").status());
    assertEquals(201, say(bob, "chat:m-close").status());
  }

  @Test
  void rolesDecideWhatAMemberMay() {
    assertEquals(201, ada.set("chat:m-role", "ada", "owner").status());
    assertEquals(201, ada.set("chat:m-role", "bob", "reader").status());

    assertForbidden(say(bob, "chat:m-role"));
    assertForbidden(bob.set("chat:m-role", "eve", "reader"));
    assertForbidden(bob.set("chat:m-role", "bob", "owner"));
    assertEquals(201, ada.set("chat:m-role", "bob", "member").status());
    assertEquals(201, say(bob, "chat:m-role").status());
    assertForbidden(bob.remove("chat:m-role", "ada"));
    assertEquals(201, bob.remove("chat:m-role", "bob").status());
    assertForbidden(say(bob, "chat:m-role"));
  }

  @Test
  void whatIsHiddenIsRefusedLikeWhatIsNotThere() {
    ada.set("doc:m-hidden", "ada", "owner");
    ada.set("feed:m-none", "ada", "follower");

    Reply hidden = bob.set("doc:m-hidden", "bob", "owner");
    Reply unknown = bob.set("nokind:m-hidden", "bob", "owner");
    Reply notThere = bob.set("feed:m-hidden", "bob", "follower");
    Reply list = bob.send("GET", "/v1/channels/doc:m-hidden/members", "");
    Reply unknownList = bob.send("GET", "/v1/channels/nokind:m-hidden/members", "");

    for (Reply reply : List.of(hidden, unknown, notThere, list, unknownList)) {
      assertForbidden(reply);
    }
    String words = hidden.json().path("detail").asText();
    assertEquals(words, unknown.json().path("detail").asText().replace("nokind:", "doc:"));
    assertEquals(words, notThere.json().path("detail").asText().replace("feed:", "doc:"));
    assertEquals(words, list.json().path("detail").asText());
    assertEquals(words, unknownList.json().path("detail").asText().replace("nokind:", "doc:"));
    Reply removedHidden = bob.remove("doc:m-hidden", "bob");
    Reply removedNowhere = bob.remove("doc:m-nowhere", "bob");
    assertEquals(200, removedHidden.status());
    assertEquals(removedNowhere.status(), removedHidden.status());
  }

  @Test
  void otherKindsAndRolesAreNamed() {
    Reply inbox = running.caller("pub", "publisher", "admin").set("inbox:ada", "ada", "owner");
    Reply role = ada.set("chat:m-roles", "ada", "king");
    Reply none = ada.send("PUT", Caller.member("chat:m-roles", "ada"), "{}");
    Reply more =
        ada.send("PUT", Caller.member("chat:m-roles", "ada"), "{\"role\":\"owner\",\"a\":1}");

    assertEquals(422, inbox.status());
    assertEquals("not_available", inbox.code());
    assertEquals(422, role.status());
    assertEquals("/role", role.json().path("pointer").asText());
    assertTrue(role.json().path("detail").asText().contains("member, owner, reader"));
    assertEquals(422, none.status());
    assertEquals(422, more.status());
    assertEquals(405, ada.post(Caller.member("chat:m-roles", "ada"), "{}").status());
    assertEquals(405, ada.send("PUT", "/v1/channels/chat:m-roles/members", "{}").status());
    assertEquals(
        401, ada.send("GET", "/v1/channels/chat:a/members", "", "Authorization", "x").status());
  }

  @Test
  void reservedTypesAndEntitiesAreNotPublished() {
    Reply type =
        ada.event(
            "chat:m-reserved",
            "{\"type\":\"member.set\",\"data\":{\"role\":\"owner\"},\"entity\":\"member:ada\"}");
    Reply entity =
        ada.event(
            "chat:m-reserved",
            "{\"type\":\"message.posted\",\"data\":{\"text\":\"x\"},\"entity\":\"member:ada\"}");

    assertEquals(422, type.status());
    assertEquals("/type", type.json().path("pointer").asText());
    assertEquals(422, entity.status());
    assertEquals("/entity", entity.json().path("pointer").asText());
  }

  @Test
  void aTransactionIsRefusedAsAWholeAndSaysWhere() throws SQLException {
    ada.set("chat:m-tx-closed", "ada", "owner");
    String body =
        "{\"events\":[{\"channel\":\"chat:m-tx-open\",\"type\":\"message.posted\",\"data\":{\"text\":\"a\"}},"
            + "{\"channel\":\"chat:m-tx-closed\",\"type\":\"message.posted\",\"data\":{\"text\":\"b\"}}]}";

    Reply refused = bob.post("/v1/transactions", body);
    Reply written = ada.post("/v1/transactions", body);

    assertForbidden(refused);
    assertEquals("/events/1/channel", refused.json().path("pointer").asText());
    assertEquals(201, written.status(), written.raw().body());
    assertEquals(1, WriteIT.count("channel = 'chat:m-tx-open'"));
  }

  @Test
  void aRetryOfWhatWasWrittenIsAnsweredAlsoAfterTheRemoval() {
    ada.set("chat:m-retry", "ada", "owner");
    ada.set("chat:m-retry", "bob", "member");
    String key = UUID.randomUUID().toString();
    Reply first = bob.event("chat:m-retry", Caller.message("x"), "Idempotency-Key", key);
    ada.remove("chat:m-retry", "bob");

    Reply again = bob.event("chat:m-retry", Caller.message("x"), "Idempotency-Key", key);

    assertEquals(201, again.status(), again.raw().body());
    assertTrue(again.replayed());
    assertEquals(first.json(), again.json());
    assertForbidden(bob.event("chat:m-retry", Caller.message("y"), "Idempotency-Key", "new"));
  }

  @Test
  void membersAreListedPageByPage() {
    ada.set("doc:m-list", "ada", "owner");
    List<String> users = new ArrayList<>(List.of("ada"));
    for (int i = 0; i < 7; i++) {
      String user = "u/" + i + " ü";
      users.add(user);
      ada.set("doc:m-list", user, i % 2 == 0 ? "editor" : "reader");
    }
    ada.remove("doc:m-list", users.getLast());
    users.removeLast();

    List<String> seen = new ArrayList<>();
    String next = "";
    do {
      JsonNode page = ada.send("GET", "/v1/channels/doc:m-list/members?limit=3" + next, "").json();
      assertTrue(page.path("closed").asBoolean());
      page.path("members").forEach(one -> seen.add(one.path("user").asText()));
      next =
          page.path("next").isNull()
              ? ""
              : "&after="
                  + java.net.URLEncoder.encode(page.path("next").asText(), StandardCharsets.UTF_8);
    } while (!next.isEmpty());

    assertEquals(users.stream().sorted().toList(), seen);
    Reply one = ada.send("GET", Caller.member("doc:m-list", "u/1 ü"), "");
    assertEquals("reader", one.json().path("role").asText(), one.raw().body());
    assertEquals("ada", one.json().path("by").asText());
    assertEquals(404, ada.send("GET", Caller.member("doc:m-list", "u/6 ü"), "").status());
    assertForbidden(bob.send("GET", Caller.member("doc:m-list", "ada"), ""));
    Reply open = bob.send("GET", "/v1/channels/doc:m-list-open/members", "");
    assertEquals(200, open.status());
    assertFalse(open.json().path("closed").asBoolean(true));
    assertEquals(400, ada.send("GET", "/v1/channels/doc:m-list/members?limit=0", "").status());
    assertEquals(400, ada.send("GET", "/v1/channels/doc:m-list/members?x=1", "").status());
  }

  @Test
  void aTenantNeverMeetsAnother() throws SQLException {
    ada.set("chat:m-tenant", "ada", "owner");

    assertEquals(
        1L,
        WriteIT.number(
            "select count(*) from tailrace.member where channel = 'chat:m-tenant' and tenant ="
                + " 'demo'"));
    assertEquals(
        0L,
        WriteIT.number(
            "select count(*) from tailrace.check_publish(array['other'], array['chat:m-tenant'],"
                + " array['bob'], array[1], array['owner'], array[true], array[false])"));
  }

  @Test
  void whoMayPublishNeedNotBeOneWhoMayCreate(@TempDir Path folder) throws IOException {
    try (InputStream chat = Contracts.class.getResourceAsStream("/tailrace/contracts/chat.yaml")) {
      String text = new String(chat.readAllBytes(), StandardCharsets.UTF_8);
      Files.writeString(
          folder.resolve("room.yaml"),
          text.replace("kind: chat", "kind: room").replace("create: tenant", "create: admins"));
      Files.writeString(
          folder.resolve("club.yaml"),
          text.replace("kind: chat", "kind: club").replace("publish: tenant", "publish: members"));
    }
    try (Running other = new Running(Running.PATIENT, Contracts.load(folder))) {
      Caller user = other.caller("user");
      Caller boss = other.caller("boss", "admin");

      assertForbidden(say(user, "room:a"));
      assertForbidden(user.set("room:a", "user", "owner"));
      assertEquals(201, say(boss, "room:a").status());
      assertEquals(201, say(user, "room:a").status());

      assertForbidden(say(user, "club:a"));
      assertForbidden(say(boss, "club:a"));
      assertEquals(201, user.set("club:a", "user", "owner").status());
      assertEquals(201, say(user, "club:a").status());
      assertForbidden(say(boss, "club:a"));
    }
  }
}
