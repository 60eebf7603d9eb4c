package io.tailrace.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.tailrace.embed.KafkaBroker;
import io.tailrace.gateway.testkit.Gateway;
import io.tailrace.gateway.testkit.RawSocket;
import io.tailrace.gateway.testkit.StreamReader;
import io.tailrace.schemas.event.Event;
import io.tailrace.schemas.event.MemberChange;
import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.testkit.Await;
import io.tailrace.schemas.token.Identity;
import io.tailrace.schemas.token.TokenSigner;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Members come and go on the log of a real broker; what their connections are given. */
final class MembersIT {
  /** The tenant's key, as the gateway under test has it. */
  private static final String SECRET = "0123456789abcdef0123456789abcdef";

  private static KafkaBroker broker;
  private static Gateway gateway;
  private static HttpClient http;

  @BeforeAll
  static void start() {
    broker = KafkaBroker.temporary();
    gateway = new Gateway(broker);
    http = HttpClient.newHttpClient();
  }

  @AfterAll
  static void stop() {
    http.close();
    gateway.close();
    broker.close();
  }

  private static void change(Gateway at, Channel channel, MemberChange change) {
    Event event = at.feed().next(channel, change);
    at.catchup().store(event);
    at.feed().write(event);
  }

  private static void set(Channel channel, String user) {
    change(gateway, channel, new MemberChange(user, "guest"));
  }

  private static void remove(Channel channel, String user) {
    change(gateway, channel, new MemberChange(user, null));
  }

  private static RawSocket reader(String user, Channel channel, long after) {
    RawSocket socket = gateway.hello(user);
    subscribe(socket, channel, after);
    assertEquals(after, socket.json("subscribed").path("after").asLong());
    return socket;
  }

  private static void subscribe(RawSocket socket, Channel channel, long after) {
    socket.send(
        "{\"t\":\"subscribe\",\"ref\":3,\"channel\":\""
            + channel.name()
            + "\",\"after\":"
            + after
            + "}");
  }

  private static void assertEvents(RawSocket socket, long from, long to) {
    for (long seq = from; seq <= to; seq++) {
      assertEquals(seq, socket.json("event").path("seq").asLong());
    }
  }

  /** The end, and nothing after it. */
  private static void assertRevoked(RawSocket socket, long seq) {
    JsonNode told = socket.json();
    assertEquals("revoked", told.path("t").asText(), told.toString());
    assertEquals(seq, told.path("seq").asLong());
    assertNothingMore(socket);
  }

  private static void assertNothingMore(RawSocket socket) {
    gateway.settle();
    socket.send("{\"t\":\"ping\",\"ref\":9}");
    JsonNode next = socket.json();
    assertEquals("pong", next.path("t").asText(), next.toString());
  }

  @Test
  void harper1414_whoIsRemovedIsFedNoMoreOnAnyConnection() {
    Channel channel = Gateway.channel("removal");
    set(channel, "ann");
    set(channel, "bob");
    gateway.settle();
    try (RawSocket first = reader("ann", channel, 0);
        RawSocket second = reader("ann", channel, 0);
        RawSocket bob = reader("bob", channel, 1);
        StreamReader stream = new StreamReader(http, stream(gateway, "ann", "chat:removal"))) {
      stream.next("subscribed");
      gateway.publish(channel, "{}");
      remove(channel, "ann");
      gateway.publish(channel, "{}");

      assertEvents(first, 1, 3);
      assertRevoked(first, 4);
      assertEvents(second, 1, 3);
      assertRevoked(second, 4);
      assertEvents(bob, 2, 5);
      assertEquals(3, stream.next("event").json().path("seq").asLong());
      StreamReader.Sse told = stream.next();
      while (told.name().equals("cursor")) {
        told = stream.next();
      }
      assertEquals("revoked", told.name(), told.data());
      assertEquals(4, told.json().path("seq").asLong());
    }
  }

  @Test
  void aStreamGoesOnWithTheChannelsThatAreLeftAndStaysWithNone() {
    Channel left = Gateway.channel("left");
    Channel stays = Gateway.channel("stays");
    MemberChange added = new MemberChange("ann", "guest");
    MemberChange removed = new MemberChange("ann", null);
    // On a log of its own: the other gateway counts what is on its log.
    try (KafkaBroker apart = KafkaBroker.temporary();
        Gateway own = new Gateway(apart, "--heartbeat.ms=400")) {
      change(own, left, added);
      change(own, stays, added);
      change(own, Gateway.channel("closed"), new MemberChange("bob", "guest"));
      own.settle();
      String channels = "chat:left&channel=chat:stays&channel=chat:closed";
      try (StreamReader stream = new StreamReader(http, stream(own, "ann", channels))) {
        awaitAnswers(stream);
        change(own, left, removed);
        assertEquals("chat:left", stream.next("revoked").json().path("channel").asText());
        own.publish(stays, "{}");
        assertEquals(2, stream.next("event").json().path("seq").asLong());
        while (!stream.next("cursor").id().contains("chat:stays=1.2")) {
          // It is told about once a second.
        }
        change(own, stays, removed);
        assertEquals("chat:stays", stream.next("revoked").json().path("channel").asText());
        // A stream that ended would be opened again, for nothing, by every browser.
        stream.awaitComments(3);
      }
    }
  }

  /** Two channels are subscribed to and one is refused, in any order. */
  private static void awaitAnswers(StreamReader stream) {
    List<String> answers = new ArrayList<>();
    while (answers.size() < 3) {
      StreamReader.Sse answer = stream.next();
      if (answer.name().equals("subscribed")) {
        answers.add(answer.name());
      } else if (answer.name().equals("error")) {
        answers.add(answer.json().path("code").asText());
      }
    }
    Collections.sort(answers);
    assertEquals(List.of("forbidden", "subscribed", "subscribed"), answers);
  }

  @Test
  void socketIo5491_aResumeIsCheckedAgainAndSeesWhatIsTheirs() {
    Channel channel = Gateway.channel("resume");
    set(channel, "ann");
    set(channel, "bob");
    gateway.settle();
    try (RawSocket ann = reader("ann", channel, 0)) {
      assertEvents(ann, 1, 2);
      remove(channel, "ann");
      assertRevoked(ann, 3);
      subscribe(ann, channel, 2);
      assertEquals("forbidden", ann.json().path("code").asText());
      gateway.publish(channel, "{}");
      set(channel, "ann");
      gateway.publish(channel, "{}");
      gateway.settle();
      subscribe(ann, channel, 2);
      JsonNode again = ann.json();
      assertEquals("subscribed", again.path("t").asText(), again.toString());
      assertEquals(4, again.path("after").asLong(), "what came meanwhile is not theirs");
      assertEvents(ann, 5, 6);
    }
  }

  @Test
  void theFirstMemberClosesTheChannelToAllOthers() {
    Channel channel = Gateway.channel("closing");
    try (RawSocket ann = reader("ann", channel, 0);
        RawSocket bob = reader("bob", channel, 0)) {
      gateway.publish(channel, "{}");
      set(channel, "ann");
      gateway.publish(channel, "{}");

      assertEvents(ann, 1, 3);
      assertEvents(bob, 1, 1);
      assertRevoked(bob, 2);
      remove(channel, "ann");
      assertRevoked(ann, 4);
    }
  }

  @Test
  void anAnswerThatARemovalHasOvertakenLetsNobodyIn() {
    Channel channel = Gateway.channel("overtaken");
    set(channel, "ann");
    gateway.settle();
    gateway.catchup().position(0);
    gateway.catchup().hold("chat:overtaken");
    try (RawSocket ann = gateway.hello("ann")) {
      int before = gateway.catchup().questions();
      subscribe(ann, channel, 0);
      Await.until("they are asked", () -> gateway.catchup().questions() > before);
      int asked = gateway.catchup().questions();
      Event removal = gateway.feed().next(channel, new MemberChange("ann", null));
      gateway.feed().write(removal);
      gateway.settle();
      gateway.catchup().release("chat:overtaken");
      assertEquals("not_ready", ann.json().path("code").asText(), "stores without the removal");
      assertTrue(gateway.catchup().questions() > asked, "they were asked once more");
      gateway.catchup().store(removal);
      subscribe(ann, channel, 0);
      assertEquals("forbidden", ann.json().path("code").asText());
    } finally {
      gateway.catchup().position(Long.MAX_VALUE);
    }
  }

  @Test
  void whatIsHiddenAndWhatDoesNotExistAreRefusedAlike() {
    Channel closed = Gateway.channel("alike");
    set(closed, "ann");
    gateway.settle();
    try (RawSocket bob = gateway.hello("bob")) {
      subscribe(bob, closed, 0);
      JsonNode members = bob.json("error");
      subscribe(bob, new Channel(closed.tenant(), "inbox", "ann"), 0);
      JsonNode others = bob.json("error");
      subscribe(bob, new Channel(closed.tenant(), "nothing", "a"), 0);
      JsonNode nothing = bob.json("error");

      assertEquals("forbidden", members.path("code").asText(), members.toString());
      assertEquals(members.path("code"), others.path("code"));
      assertEquals(members.path("detail"), others.path("detail"));
      assertEquals(members.path("code"), nothing.path("code"));
      assertEquals(members.path("detail"), nothing.path("detail"));
    }
  }

  @Test
  void aNarrowerTokenEndsAtOnceWhatItDoesNotAllow() {
    Channel channel = Gateway.channel("narrow");
    Channel other = Gateway.channel("wide");
    try (RawSocket ann = reader("ann", channel, 0)) {
      subscribe(ann, other, 0);
      ann.json("subscribed");
      gateway.publish(channel, "{}");
      assertEvents(ann, 1, 1);

      ann.send("{\"t\":\"auth\",\"ref\":5,\"token\":\"" + token("ann", "chat:wide") + "\"}");

      assertEquals("authed", ann.json().path("t").asText());
      JsonNode told = ann.json();
      assertEquals("chat:narrow", told.path("channel").asText(), told.toString());
      assertEquals(2, told.path("seq").asLong());
      gateway.publish(channel, "{}");
      gateway.publish(other, "{}");
      assertEquals("chat:wide", ann.json("event").path("channel").asText());
      subscribe(ann, channel, 1);
      assertEquals("forbidden", ann.json().path("code").asText());
    }
  }

  private static HttpRequest.Builder stream(Gateway at, String user, String channels) {
    URI address = URI.create("http://127.0.0.1:" + at.port() + "/v1/sse?channel=" + channels);
    return HttpRequest.newBuilder(address).header("Authorization", "Bearer " + Gateway.token(user));
  }

  private static String token(String user, String pattern) {
    return new TokenSigner(SECRET.getBytes(StandardCharsets.UTF_8))
        .sign(
            new Identity(
                "demo", user, null, Set.of(), List.of(pattern), Instant.now().plusSeconds(3600)));
  }
}
