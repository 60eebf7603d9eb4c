package io.tailrace.load.isolation;

import static io.tailrace.load.isolation.TwoTenants.CANARY;
import static io.tailrace.load.isolation.TwoTenants.NO_ROOM;
import static io.tailrace.load.isolation.TwoTenants.OWN;
import static io.tailrace.load.isolation.TwoTenants.ROOM;
import static io.tailrace.load.isolation.TwoTenants.THEIRS;
import static io.tailrace.load.isolation.TwoTenants.THEIR_USER;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.tailrace.load.driver.RawSocket;
import io.tailrace.load.isolation.RawHttp.Raw;
import io.tailrace.schemas.testkit.Await;
import io.tailrace.schemas.testkit.HostileNames;
import io.tailrace.schemas.token.KeyRing;
import io.tailrace.schemas.token.TokenResult;
import io.tailrace.schemas.token.TokenVerifier;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * One tenant tries to reach another's channels in a running system: nothing of theirs is in any
 * answer, and what they have is answered like what nobody has.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class IsolationIT {
  private static final JsonMapper JSON = new JsonMapper();

  /** Pairs of requests. */
  private static final int PAIRS = HostileNames.tries(5_000);

  private static final int WRITES = 20;
  private static final int SUBSCRIBES = 300;
  private static final int DAMAGED_TOKENS = 20_000;
  private static final int FRAME_MS = 60_000;
  private static final String POSTED =
      "{\"type\":\"message.posted\",\"data\":{\"text\":\"own\"}%s}";

  @TempDir static Path folder;
  static TwoTenants system;
  static RawHttp http;
  static Map<String, String> forged;
  static String cursor;

  @BeforeAll
  static void start() throws Exception {
    system = new TwoTenants(folder);
    http = new RawHttp(system.base());
    system.plant(http);
    forged = system.forgery().all(system.ownToken(), OWN);
    // Theirs is there, and would be seen: what follows would else prove nothing.
    for (String rest : List.of("/events", "/pages/1/0", "/snapshot", "/members")) {
      Await.until("history has it: " + rest, () -> isSeen(rest));
    }
    cursor =
        JSON.readTree(
                TwoTenants.get(http, system.theirToken(), "/v1/channels/chat:" + ROOM + "/snapshot")
                    .body())
            .path("next")
            .asText("none");
  }

  private static boolean isSeen(String rest) throws IOException {
    Raw seen = TwoTenants.get(http, system.theirToken(), "/v1/channels/chat:" + ROOM + rest);
    assertTrue(seen.status() == 200 && seen.body().contains(CANARY), rest + seen.text());
    return true;
  }

  @AfterAll
  static void stop() throws IOException {
    http.close();
    system.close();
  }

  @Test
  @Order(1)
  void noRequestReachesTheirsAndWhatTheyHaveIsAnsweredLikeWhatNobodyHas() throws IOException {
    long seed = HostileNames.seed();
    Attempts attempts =
        new Attempts(
            system.ownToken(), forged.getOrDefault("own signature", ""), cursor, "\"1-0-256\"");
    Map<Integer, Integer> statuses = new TreeMap<>();
    for (long i = seed; i < seed + PAIRS; i++) {
      String request = attempts.request(i, ROOM);

      Raw theirs = http.send(request);
      Raw nobodys = http.send(attempts.request(i, NO_ROOM));

      assertClean(theirs, request);
      assertClean(nobodys, request);
      assertEquals(plain(nobodys, NO_ROOM), plain(theirs, ROOM), request);
      statuses.merge(theirs.status(), 1, Integer::sum);
    }
    // Requests of each sort were among them.
    assertTrue(statuses.keySet().containsAll(List.of(200, 400, 404)), statuses.toString());
  }

  @Test
  @Order(2)
  void theSameNameIsAnotherChannelInEachTenant() throws IOException {
    for (String kind : List.of("chat:", "doc:", "feed:")) {
      for (String id : List.of(ROOM, NO_ROOM)) {
        String path = "/v1/channels/" + kind + id;
        Raw info = TwoTenants.get(http, system.ownToken(), path);
        Raw events = TwoTenants.get(http, system.ownToken(), path + "/events?after=0");

        assertEquals(200, info.status(), info.text());
        assertEquals(0, JSON.readTree(info.body()).path("head").asLong(-1), info.text());
        assertEquals(0, JSON.readTree(events.body()).path("events").size(), events.text());
      }
    }
  }

  /** Keys and ids are their senders': one that they used is as good as one that nobody did. */
  @Test
  @Order(3)
  void theirKeysAndIdsAreNotTakenForOnes() throws IOException {
    for (int i = 0; i < WRITES; i++) {
      String id = UUID.randomUUID().toString();
      String body = POSTED.formatted(",\"id\":\"" + id + "\"");
      String key = "Idempotency-Key: key-" + i + "\r\n";
      String path = "/v1/channels/chat:w-" + i + ROOM + "/events";
      // Theirs is at another place: two events more.
      for (int n = 0; n < 2; n++) {
        TwoTenants.post(http, system.theirToken(), path, POSTED.formatted(""), "");
      }
      Raw theirs = TwoTenants.post(http, system.theirToken(), path, body, key);
      Raw own = TwoTenants.post(http, system.ownToken(), path, body, key);

      assertTrue(theirs.status() == 201 || theirs.status() == 202, theirs.text());
      assertTrue(own.status() == 201 || own.status() == 202, own.text());
      assertFalse(own.text().toLowerCase(java.util.Locale.ROOT).contains("replayed"), own.text());
      JsonNode answer = JSON.readTree(own.body());
      assertEquals(1, answer.path("seq").asLong(1), own.text());
      assertFalse(
          answer.path("traceId").equals(JSON.readTree(theirs.body()).path("traceId")), own.text());
    }
  }

  @Test
  @Order(4)
  void noForgedTokenIsTakenForTheirs() throws IOException {
    try (KeyRing ring = KeyRing.follow(system.keysFile())) {
      TokenVerifier verifier = new TokenVerifier(ring, InstantSource.system());
      forged.forEach((what, token) -> assertOwnOrRefused(verifier, what, token));
      damaged(verifier);
    }
    String path = "/v1/channels/chat:" + ROOM;
    String other = "/v1/channels/chat:w-0" + ROOM + "/events"; // the first stays empty of one's own
    for (Map.Entry<String, String> entry : forged.entrySet()) {
      String token = entry.getValue().length() > 12_000 ? "x".repeat(12_000) : entry.getValue();
      for (Raw answer :
          List.of(
              TwoTenants.get(http, token, path + "/events?after=0"),
              TwoTenants.post(http, token, other, POSTED.formatted(""), ""),
              TwoTenants.get(http, token, path + "/members"),
              http.send(
                  "GET /v1/sse?channel=nosuch:"
                      + ROOM
                      + " HTTP/1.1\r\nHost: x\r\n"
                      + "Cookie: tailrace_session="
                      + token
                      + "\r\n\r\n"))) {
        assertClean(answer, entry.getKey());
        assertTrue(answer.status() != 500 && answer.status() != 0, entry.getKey() + answer.text());
        if (!entry.getKey().startsWith("own, ")) {
          assertFalse(answer.body().contains("\"head\":3"), entry.getKey() + answer.text());
        }
      }
    }
  }

  private static void damaged(TokenVerifier verifier) {
    HostileNames names = new HostileNames(HostileNames.seed());
    List<String> all = List.copyOf(forged.values());
    for (int i = 0; i < DAMAGED_TOKENS; i++) {
      String token = all.get(names.random().nextInt(all.size()));
      if (token.length() <= TokenVerifier.TOKEN_LENGTH_MAX) {
        String[] part = token.split("\\.", -1);
        int which = names.random().nextInt(part.length);
        part[which] = names.twisted(part[which]);
        assertOwnOrRefused(verifier, "damaged", String.join(".", part));
      }
    }
  }

  private static void assertOwnOrRefused(TokenVerifier verifier, String what, String token) {
    TokenResult result;
    try {
      result = verifier.verify(token);
    } catch (RuntimeException e) {
      throw new AssertionError(what + " is a fault, not a refusal: " + token, e);
    }
    if (result instanceof TokenResult.Accepted accepted) {
      assertEquals(OWN, accepted.identity().tenant(), what);
    }
  }

  @Test
  @Order(5)
  void whatServicesAskEachOtherIsNotAnsweredToAToken() throws IOException {
    String ask =
        ("[{\"number\":1,\"tenant\":\"%s\",\"user\":\"%s\",\"channel\":\"chat:%s\",\"partition\":0,"
                + "\"from\":0,\"minSeq\":0,\"epoch\":0,\"after\":0}]")
            .formatted(THEIRS, THEIR_USER, ROOM);
    List<String> tokens =
        List.of(system.ownToken(), system.theirToken(), "", "null", "service.key");
    for (String token : tokens) {
      for (String path : List.of("/internal/v1/join", "/internal/v1/join/here")) {
        Raw answer = TwoTenants.post(http, token, path, ask, "");
        assertEquals(401, answer.status(), answer.text());
        assertClean(answer, path);
      }
      String read =
          TwoTenants.request("GET", "/internal/v1/channels/chat:" + ROOM + "/events", token)
              .replace("\r\n\r\n", "\r\nTailrace-Token: " + system.theirToken() + "\r\n\r\n");
      Raw answer = http.send(read);
      assertEquals(401, answer.status(), answer.text());
    }
  }

  @Test
  @Order(6)
  void noSocketIsFedTheirsAlsoLive() throws IOException {
    HostileNames names = new HostileNames(HostileNames.seed());
    try (RawSocket socket = RawSocket.open(system.base())) {
      socket.receiveTimeout(FRAME_MS);
      socket.sendText(hello(system.ownToken()));
      socket.sendText(subscribe(1, "chat:" + ROOM, ",\"after\":0"));
      assertTrue(until(socket, "\"subscribed\"").contains("\"head\":0"));
      for (int i = 2; i < SUBSCRIBES; i++) {
        String theirName = THEIRS + "/chat:" + ROOM;
        String name = i % 3 == 0 ? theirName : names.twisted(theirName);
        socket.sendText(subscribe(i, name, ",\"epoch\":1,\"after\":" + names.random().nextInt(3)));
      }

      Raw theirs =
          TwoTenants.post(
              http,
              system.theirToken(),
              "/v1/channels/chat:" + ROOM + "/events",
              "{\"type\":\"message.posted\",\"data\":{\"text\":\"" + CANARY + "\"}}",
              "");
      assertEquals(201, theirs.status(), theirs.text());
      Raw own =
          TwoTenants.post(
              http,
              system.ownToken(),
              "/v1/channels/chat:" + ROOM + "/events",
              POSTED.formatted(""),
              "");
      assertEquals(201, own.status(), own.text());

      assertTrue(until(socket, "\"text\":\"own\"").contains("\"seq\":1"));
    }
  }

  @Test
  @Order(7)
  void noSocketOpensWithAForgedToken() throws IOException {
    for (Map.Entry<String, String> entry : forged.entrySet()) {
      if (entry.getKey().startsWith("own, ") || entry.getValue().length() > 50_000) {
        continue;
      }
      try (RawSocket socket = RawSocket.open(system.base())) {
        socket.receiveTimeout(FRAME_MS);
        socket.sendText(hello(entry.getValue()));
        socket.sendText(subscribe(1, "chat:" + ROOM, ",\"after\":0"));
        String told = told(socket);

        assertFalse(told.contains(CANARY), entry.getKey() + told);
        assertFalse(told.contains("\"head\":3"), entry.getKey() + told);
      }
    }
  }

  /** Last, so that everything above has left its lines: those of a service of its own. */
  @Test
  @Order(Integer.MAX_VALUE)
  void nothingSecretIsLoggedOrMeasured() throws IOException {
    Raw metrics = http.send("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
    Raw ready = http.send("GET /health/ready HTTP/1.1\r\nHost: x\r\n\r\n");
    assertTrue(metrics.body().contains("tailrace_"), metrics.text());
    // It was listening: at the start, and to connections that were closed.
    Await.until("an end is logged", () -> system.logged().contains("a connection was closed"));
    String logged = system.logged();

    List<String> seen = List.of(logged, metrics.text(), ready.text());
    for (String secret : system.secrets()) {
      for (String text : seen) {
        assertFalse(text.contains(secret), () -> near(text, secret));
      }
    }
    for (String text : seen) {
      assertFalse(text.contains(CANARY), () -> near(text, CANARY));
    }
    // Never a channel or a user as a label.
    for (String name : List.of(ROOM, "\"ada\"", "chat:", THEIR_USER)) {
      assertFalse(metrics.text().contains(name), () -> near(metrics.text(), name));
    }
  }

  private static String near(String text, String what) {
    int at = text.indexOf(what);
    return text.substring(Math.max(0, at - 300), Math.min(text.length(), at + 300));
  }

  private static void assertClean(Raw answer, String request) {
    // What was asked may be quoted back: their user's name in the address is the attacker's own.
    String told = answer.text().replace(THEIR_USER, "");
    assertFalse(told.contains(CANARY), () -> request + "\n" + answer.text());
  }

  /** Without what is another's in every answer: when, and the trace. */
  private static String plain(Raw raw, String id) {
    return raw.text()
        .replace(id, "ID")
        .replaceAll("(?m)^Date: .*$", "")
        .replaceAll("[0-9a-f]{32}", "TRACE")
        .replaceAll("[0-9a-f]{16}-0[01]", "SPAN");
  }

  private static String hello(String token) {
    return JSON.createObjectNode()
        .put("t", "hello")
        .put("ref", 0)
        .put("token", token)
        .put("version", 1)
        .toString();
  }

  private static String subscribe(int ref, String channel, String more) {
    String name = JSON.getNodeFactory().textNode(channel).toString();
    return "{\"t\":\"subscribe\",\"ref\":" + ref + ",\"channel\":" + name + more + "}";
  }

  /** The first frame with the text; all before it are clean. */
  private static String until(RawSocket socket, String text) throws IOException {
    while (true) {
      RawSocket.Frame frame = socket.receive();
      String told = new String(frame.payload(), UTF_8);
      assertFalse(told.contains(CANARY), told);
      assertTrue(frame.opcode() != RawSocket.CLOSE, told);
      if (told.contains(text)) {
        return told;
      }
    }
  }

  /** Everything until the close. */
  private static String told(RawSocket socket) throws IOException {
    StringBuilder all = new StringBuilder();
    try {
      while (true) {
        RawSocket.Frame frame = socket.receive();
        all.append(new String(frame.payload(), UTF_8));
        if (frame.opcode() == RawSocket.CLOSE || all.indexOf("\"subscribed\"") >= 0) {
          return all.toString();
        }
      }
    } catch (EOFException | java.net.SocketException _) {
      return all.toString();
    }
  }
}
