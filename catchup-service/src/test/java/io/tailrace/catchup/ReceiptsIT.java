package io.tailrace.catchup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.problem.ProblemCode;
import io.tailrace.schemas.testkit.Await;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What has been read, by channel and by reader. */
class ReceiptsIT extends RunningCatchup {
  private ReceiptsLog receipts;
  private int users;

  @BeforeAll
  void open() {
    receipts = new ReceiptsLog(broker.bootstrap());
  }

  @AfterAll
  void shut() {
    receipts.close();
  }

  private JsonNode receiptsOf(String user, Channel channel, String query) {
    HttpResponse<String> answer = getAs(user, channel, "/receipts" + query);
    assertEquals(200, answer.statusCode(), answer.body());
    return json(answer);
  }

  private static Map<String, Long> read(JsonNode answer) {
    Map<String, Long> read = new TreeMap<>();
    answer
        .path("read")
        .properties()
        .forEach(one -> read.put(one.getKey(), one.getValue().asLong()));
    return read;
  }

  private void awaitRead(String reader, Channel channel, Map<String, Long> expected) {
    Await.until(
        "receipts " + expected + " of " + channel.name(),
        () -> {
          HttpResponse<String> answer = getAs(reader, channel, "/receipts");
          return answer.statusCode() == 200 && read(json(answer)).equals(expected);
        });
  }

  private HttpResponse<String> mine(String token, String query) {
    return send(request("/v1/me/channels" + query).header("Authorization", "Bearer " + token));
  }

  private List<String> mineOf(String user) {
    HttpResponse<String> answer = mine(tokenOf(user), "");
    assertEquals(200, answer.statusCode(), answer.body());
    return rows(json(answer));
  }

  /** Each channel as text: name, head, read, unread, role. */
  private static List<String> rows(JsonNode answer) {
    List<String> rows = new ArrayList<>();
    for (JsonNode one : answer.path("channels")) {
      rows.add(
          one.path("channel").asText()
              + " "
              + one.path("head").asLong()
              + " "
              + one.path("read").asLong()
              + " "
              + one.path("unread").asLong()
              + (one.has("role") ? " " + one.path("role").asText() : ""));
    }
    return rows;
  }

  /** Somebody whom no other test knows. */
  private String user() {
    return "user-" + ++users;
  }

  private void settle(Channel channel) {
    long head = log.head(channel);
    String reader = "owner";
    Await.until(
        "the store to have " + head,
        () -> {
          HttpResponse<String> answer = getAs(reader, channel, "");
          return answer.statusCode() == 200 && json(answer).path("head").asLong() == head;
        });
  }

  @Test
  void whatWasReadIsToldToThoseWhoMayReadTheChannel() {
    Channel channel = channel();
    log.append(channel, 10);
    receipts.read(channel, "ada", 1, 5);
    receipts.read(channel, "bob/é", 1, 7);

    awaitRead("carl", channel, Map.of("ada", 5L, "bob/é", 7L));

    JsonNode answer = receiptsOf("carl", channel, "");
    assertEquals(channel.name(), answer.path("channel").asText());
    assertEquals(1, answer.path("epoch").asInt());
    assertEquals(10, answer.path("head").asLong());
    assertTrue(answer.path("next").isNull());
  }

  @Test
  void aPlaceNeverGoesBackAndTheTopicIsMadeToSaySo() {
    Channel channel = channel();
    String ada = user();
    String bob = user();
    log.append(channel, 10);
    receipts.read(channel, ada, 1, 9);
    receipts.read(channel, ada, 1, 3);
    receipts.read(channel, bob, 1, 1);

    awaitRead("carl", channel, Map.of(ada, 9L, bob, 1L));
    Await.until(
        "the last record of the reader to be the furthest",
        () -> "{\"epoch\":1,\"seq\":9}".equals(receipts.lasts().get(channel.full() + "/" + ada)));
    assertEquals(Map.of(ada, 9L, bob, 1L), read(receiptsOf("carl", channel, "")));
  }

  @Test
  void noneIsAboveTheHeadThatIsTold() {
    Channel channel = channel();
    String ada = user();
    log.append(channel, 4);
    receipts.read(channel, ada, 1, 1000);

    awaitRead("carl", channel, Map.of(ada, 4L));

    assertEquals(List.of(channel.name() + " 4 4 0"), mineOf(ada));
    log.append(channel, 2);
    awaitRead("carl", channel, Map.of(ada, 6L));
  }

  @Test
  void ofAChannelWithMembersMembersSeeWhatMembersRead() {
    Channel channel = channel("doc");
    String bob = user();
    log.append(channel, 4);
    receipts.read(channel, bob, 1, 2);
    receipts.read(channel, "stranger", 1, 3);
    awaitRead("carl", channel, Map.of(bob, 2L, "stranger", 3L));

    log.change(channel, "owner", "owner");
    log.change(channel, bob, "reader");
    settle(channel);

    assertEquals(Map.of(bob, 2L), read(receiptsOf("owner", channel, "")));
    assertRefused(ProblemCode.FORBIDDEN, getAs("stranger", channel, "/receipts"));
    assertEquals(List.of(), mineOf("stranger"));
    assertEquals(List.of(channel.name() + " 6 2 4 reader"), mineOf(bob));
    log.change(channel, bob, null);
    settle(channel);
    assertEquals(Map.of(), read(receiptsOf("owner", channel, "")));
    assertEquals(List.of(), mineOf(bob));
    // Neither is a place lost by that.
    log.change(channel, bob, "reader");
    settle(channel);
    assertEquals(List.of(channel.name() + " 8 2 6 reader"), mineOf(bob));
  }

  @Test
  void anotherTenantsChannelOfTheSameNameIsAnother() {
    Channel channel = channel();
    Channel others = new Channel("other", channel.kind(), channel.id());
    log.append(channel, 4);
    log.append(others, 4);
    receipts.read(channel, "ada", 1, 2);
    awaitRead("carl", channel, Map.of("ada", 2L));

    assertEquals(Map.of(), read(ok(others, "/receipts")));
    assertEquals(0, json(mine(token("other"), "")).path("channels").size());
  }

  @Test
  void aTokenForSomeChannelsTellsOfNoOther() {
    Channel one = channel();
    Channel other = channel();
    log.append(one, 4);
    log.append(other, 4);
    receipts.read(one, "ada", 1, 2);
    receipts.read(other, "ada", 1, 3);
    awaitRead("carl", one, Map.of("ada", 2L));
    awaitRead("carl", other, Map.of("ada", 3L));

    HttpResponse<String> answer = mine(token("acme", List.of(one.name())), "");

    assertEquals(List.of(one.name() + " 4 2 2"), rows(json(answer)));
  }

  @Test
  void oneWhoIsAddedLaterHasNotLeftUnreadWhatWasBefore() {
    Channel channel = channel();
    String bob = user();
    log.append(channel, 10);
    log.change(channel, "owner", "owner");
    log.change(channel, bob, "member");
    log.append(channel, 3);
    settle(channel);

    // Of 15 events those from the 12th on are to be read: being added, and the three.
    assertEquals(List.of(channel.name() + " 15 11 4 member"), mineOf(bob));
  }

  @Test
  void channelsComeFromAllPartitionsInOrderAndInPages() {
    String ada = user();
    TreeMap<String, String> expected = new TreeMap<>();
    boolean[] covered = new boolean[PARTITIONS];
    for (int i = 0; i < 25; i++) {
      Channel channel = channel(i % 2 == 0 ? "chat" : "doc");
      covered[partitionOf(channel)] = true;
      log.append(channel, 3);
      if (i % 3 == 0) {
        log.change(channel, ada, i % 2 == 0 ? "member" : "editor");
        expected.put(
            channel.name(), channel.name() + (i % 2 == 0 ? " 4 0 4 member" : " 4 0 4 editor"));
      } else {
        receipts.read(channel, ada, 1, 2);
        expected.put(channel.name(), channel.name() + " 3 2 1");
      }
    }
    assertTrue(covered[0] && covered[1]);
    List<String> all = List.copyOf(expected.values());
    Await.until("all channels", () -> mineOf(ada).equals(all));

    for (int limit : List.of(1, 7, 25, 26)) {
      List<String> pages = new ArrayList<>();
      String next = "";
      do {
        JsonNode page = json(mine(tokenOf(ada), "?limit=" + limit + next));
        List<String> rows = rows(page);
        assertTrue(rows.size() <= limit);
        pages.addAll(rows);
        next = page.path("next").isNull() ? null : "&after=" + page.path("next").asText();
      } while (next != null);

      assertEquals(all, pages, "by " + limit);
    }
  }

  @Test
  void readersComeInPages() {
    Channel channel = channel();
    log.append(channel, 30);
    Map<String, Long> expected = new TreeMap<>();
    for (int i = 0; i < 25; i++) {
      receipts.read(channel, "u" + i, 1, i + 1);
      expected.put("u" + i, i + 1L);
    }
    awaitRead("carl", channel, expected);

    Map<String, Long> pages = new TreeMap<>();
    String next = "";
    int count = 0;
    do {
      JsonNode page = receiptsOf("carl", channel, "?limit=10" + next);
      pages.putAll(read(page));
      count++;
      next = page.path("next").isNull() ? null : "&cursor=" + page.path("next").asText();
      if (next != null) {
        assertEquals(10, page.path("read").size());
        // A cursor is its own channel's.
        Channel other = channel();
        assertRefused(ProblemCode.BAD_REQUEST, getAs("carl", other, "/receipts?" + next));
      }
    } while (next != null);

    assertEquals(expected, pages);
    assertEquals(3, count);
  }

  @Test
  void aReceiptOfAnEarlierNumberingSaysNothingOfHowFar() {
    Channel channel = new Channel("acme", "chat", "epochs");
    while (partitionOf(channel) != PARTITION_OF_EPOCHS) {
      channel = new Channel("acme", "chat", channel.id() + "x");
    }
    Channel rebuilt = channel;
    String ada = user();
    log.append(rebuilt, 4);
    receipts.read(rebuilt, ada, 1, 3);
    awaitRead("carl", rebuilt, Map.of(ada, 3L));
    log.begin();
    log.add(rebuilt, 2, null, "{\"text\":\"again\"}");
    log.add(rebuilt, 2, null, "{\"text\":\"again\"}");
    log.mark(PARTITION_OF_EPOCHS, 2);
    log.commit();

    awaitRead("carl", rebuilt, Map.of());

    assertEquals(List.of(rebuilt.name() + " 2 0 2"), mineOf(ada));
    receipts.read(rebuilt, ada, 2, 1);
    awaitRead("carl", rebuilt, Map.of(ada, 1L));
    // A device that has not heard of the rebuild does not bring it back.
    receipts.read(rebuilt, ada, 1, 4);
    receipts.read(rebuilt, "last", 2, 1);
    awaitRead("carl", rebuilt, Map.of(ada, 1L, "last", 1L));
  }

  @Test
  void whatIsNoReceiptIsPassedOver() {
    Channel channel = channel();
    log.append(channel, 4);
    receipts.write(partitionOf(channel), "nobody", "{}");
    receipts.write(partitionOf(channel), channel.full() + "/ada", "{\"seq\":3}");
    receipts.read(channel, "bob", 1, 2);

    awaitRead("carl", channel, Map.of("bob", 2L));

    receipts.write(partitionOf(channel), channel.full() + "/bob", null);
    awaitRead("carl", channel, Map.of());
  }

  @Test
  void badQuestionsAreRefused() {
    Channel channel = channel();
    String token = tokenOf("carl");

    assertRefused(ProblemCode.BAD_REQUEST, getAs("carl", channel, "/receipts?cursor=x"));
    assertRefused(ProblemCode.BAD_REQUEST, getAs("carl", channel, "/receipts?limit=1001"));
    assertRefused(ProblemCode.BAD_REQUEST, mine(token, "?after=a/b"));
    assertRefused(ProblemCode.BAD_REQUEST, mine(token, "?limit=0"));
    assertRefused(ProblemCode.BAD_REQUEST, mine(token, "?partitions=1"));
    assertRefused(ProblemCode.TOKEN_INVALID, mine("x", ""));
    assertRefused(
        ProblemCode.METHOD_NOT_ALLOWED,
        send(
            request("/v1/me/channels")
                .header("Authorization", "Bearer " + token)
                .POST(java.net.http.HttpRequest.BodyPublishers.noBody())));
    assertRefused(
        ProblemCode.TOKEN_INVALID,
        send(request("/internal/v1/me/channels").header("Tailrace-Token", token)));
    assertNotNull(mine(token, "").headers().firstValue("Cache-Control").orElse(null));
  }
}
