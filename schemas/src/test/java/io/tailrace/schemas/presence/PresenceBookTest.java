package io.tailrace.schemas.presence;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.schemas.contract.Contract;
import io.tailrace.schemas.frame.JsonText;
import io.tailrace.schemas.topic.BadRecordException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the digests of several gateways say together. */
final class PresenceBookTest {
  private static final long TTL_MS = 9000;
  private static final long WALL_MS = 1_700_000_000_000L;
  private static final Contract.Presence RULES = new Contract.Presence(3000, TTL_MS, 4, 2);
  private static final String CHANNEL = "demo/chat:a";

  private final PresenceBook book = new PresenceBook(100);
  private long nowMs = 50_000;

  private static Device device(String user, @Nullable String on, String mode, boolean open) {
    return new Device(user, on, user + on, mode, WALL_MS, WALL_MS, WALL_MS, open, null);
  }

  private static Device left(String user, @Nullable String on, List<String> over) {
    return new Device(user, on, "later", "gone", WALL_MS, WALL_MS, WALL_MS, false, null, over);
  }

  private static Device here(String user, String mode) {
    return device(user, null, mode, true);
  }

  private static Digest digest(String gateway, long seq, Device... devices) {
    return new Digest(gateway, 0, seq, TTL_MS, WALL_MS, null, List.of(devices));
  }

  private void read(Digest digest) throws BadRecordException {
    assertTrue(book.read(CHANNEL, Digest.parse(digest.json()), 0, nowMs));
  }

  private void pass(long ms) {
    for (long untilMs = nowMs + ms; nowMs < untilMs; ) {
      nowMs = Math.min(untilMs, nowMs + 500);
      book.tick(nowMs);
    }
  }

  private RoomState state() {
    return book.state(CHANNEL, RULES, false);
  }

  private String told() {
    List<String> told = new ArrayList<>();
    state().members().values().forEach(member -> told.add(member.user() + ' ' + member.mode()));
    return String.join(", ", told);
  }

  @Test
  void aDigestIsReadAsItWasWritten() throws BadRecordException {
    Crowd crowd = new Crowd();
    crowd.add("active", 7);
    crowd.add("away", 2);
    Digest digest =
        new Digest(
            "g",
            3,
            8,
            TTL_MS,
            WALL_MS,
            crowd,
            List.of(
                new Device("a\"\u00e9", "phone", "s", "editing", 1, 2, 3, false, "{\"at\":[1]}"),
                left("max", null, List.of("s1", "s2")),
                here("bob", "away")));

    assertEquals(digest, Digest.parse(digest.json()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[",
        "7",
        "{}",
        "{\"gateway\":\"g\",\"part\":0,\"seq\":1,\"ttlMs\":0,\"at\":1,\"devices\":[]}",
        "{\"gateway\":\"g\",\"part\":0,\"seq\":1,\"ttlMs\":900000,\"at\":1,\"devices\":[]}",
        "{\"gateway\":\"g\",\"part\":0,\"seq\":-1,\"ttlMs\":5,\"at\":1,\"devices\":[]}",
        "{\"gateway\":\"g\",\"part\":0,\"seq\":1,\"ttlMs\":5,\"at\":1,\"devices\":[{}]}",
        "{\"gateway\":\"g\",\"part\":0,\"seq\":1,\"ttlMs\":5,\"at\":1,\"devices\":[7]}"
      })
  void whatIsNoDigestIsRefused(String text) {
    assertThrows(BadRecordException.class, () -> Digest.parse(text.getBytes(UTF_8)));
  }

  @Test
  void whatDoesNotFitARecordIsWrittenWithoutData() throws BadRecordException {
    List<Device> many = new ArrayList<>();
    String data = '"' + "x".repeat(2000) + '"';
    for (int i = 0; i < 500; i++) {
      many.add(new Device("u" + i, null, "s" + i, "active", 1, 1, 1, true, data));
    }

    byte[] json = new Digest("g", 0, 1, TTL_MS, 1, null, many).json();

    assertTrue(json.length < 900_000, () -> "" + json.length);
    assertEquals(500, Digest.parse(json).devices().size());
  }

  @Test
  void devicesOfAUserAreOneAndTheMostTellingSpeaks() throws BadRecordException {
    read(digest("g", 1, device("ann", "phone", "away", true), here("bob", "away")));
    read(digest("h", 1, device("ann", "tab", "editing", true)));

    assertEquals("ann editing, bob away", told());
    assertEquals("tab", Objects.requireNonNull(state().members().get("ann")).device());
    assertEquals(2, state().count());

    read(digest("h", 2));
    assertEquals("ann away, bob away", told());
  }

  @Test
  void ofTwoThatAttendTheOneThatSaidSomethingLast() throws BadRecordException {
    Device first = new Device("ann", "a", "s1", "viewing", 5, 10, 99, true, null);
    Device later = new Device("ann", "b", "s2", "editing", 7, 20, 50, true, "1");
    read(digest("g", 1, first, later));

    Member ann = Objects.requireNonNull(state().members().get("ann"));

    assertEquals(new Member("ann", "b", "editing", 5, 99, "1"), ann);
  }

  @Test
  void anEarlierDigestChangesNothingAlsoWhenTheLaterHasRunOut() throws BadRecordException {
    read(digest("g", 2, here("ann", "active")));
    read(digest("g", 1, here("bob", "active")));
    assertEquals("ann active", told());
    pass(TTL_MS);
    assertEquals("", told());

    read(digest("g", 2, here("ann", "active")));

    assertEquals("", told());
    read(digest("g", 3, here("ann", "active")));
    assertEquals("ann active", told());
  }

  @Test
  void aConnectionThatHasGoneIsWaitedForAndSpeaksOnlyAlone() throws BadRecordException {
    read(digest("g", 1, device("ann", "phone", "editing", false)));
    read(digest("h", 1, device("ann", "tab", "away", true)));
    assertEquals("ann away", told());
    read(digest("h", 2));
    assertEquals("ann editing", told());
    pass(TTL_MS - 500);
    read(digest("g", 2, device("ann", "phone", "editing", false), here("bob", "away")));
    assertEquals("ann editing, bob away", told(), "seen as lately as the digest was written");
    Digest late =
        new Digest(
            "g",
            0,
            3,
            TTL_MS,
            WALL_MS + TTL_MS - 1000,
            null,
            List.of(device("ann", "phone", "editing", false), here("bob", "away")));
    read(late);

    pass(1000);

    assertEquals("bob away", told(), "by when it was heard, not by when that was told");
  }

  @Test
  void whoSaysThatTheyLeaveHasLeftWithThatDeviceEverywhere() throws BadRecordException {
    read(
        digest(
            "g",
            1,
            device("ann", "phone", "editing", false),
            device("bob", null, "active", false),
            device("bob", "tab", "active", false)));
    assertEquals(List.of("annphone"), book.waitedFor(CHANNEL, "ann", "phone"));
    assertEquals(List.of("bobnull"), book.waitedFor(CHANNEL, "bob", null));
    read(
        digest(
            "h",
            1,
            left("ann", "phone", book.waitedFor(CHANNEL, "ann", "phone")),
            left("bob", null, book.waitedFor(CHANNEL, "bob", null))));

    assertEquals("bob active", told());

    read(digest("k", 1, device("ann", "phone", "away", true)));
    assertEquals("ann away, bob active", told(), "and may come again");
  }

  @Test
  void aRoomTooLargeForAListIsToldInNumbersWithTheSameFew() throws BadRecordException {
    read(digest("g", 1, here("a", "x"), here("b", "x"), here("c", "away"), here("d", "x")));
    assertFalse(state().sampled());
    read(digest("h", 1, here("e", "x"), here("d", "away")));

    RoomState large = state();

    assertTrue(large.sampled());
    assertEquals(5, large.count());
    JsonText modes = new JsonText(64);
    large.crowd().writeTo(modes);
    assertEquals("{\"away\":1,\"x\":4}", new String(modes.toByteArray(), UTF_8));
    assertEquals(2, large.members().size());
    read(digest("h", 2, here("f", "x")));
    assertEquals(5, state().count());
    Set<String> few = state().members().keySet();
    assertTrue(few.contains("f") || few.equals(large.members().keySet()), few.toString());
    read(digest("h", 3));
    assertTrue(book.state(CHANNEL, RULES, true).sampled(), "it does not go to and fro");
    assertFalse(state().sampled());
  }

  @Test
  void gatewaysThatCountAreAddedUp() throws BadRecordException {
    Crowd crowd = new Crowd();
    crowd.add("active", 1000);
    book.read(
        CHANNEL,
        new Digest("g", 0, 1, TTL_MS, WALL_MS, crowd, List.of(here("ann", "active"))),
        0,
        nowMs);
    read(digest("h", 1, here("bob", "away")));

    assertTrue(state().sampled());
    assertEquals(1001, state().count());
    assertEquals("ann active, bob away", told());
  }

  @Test
  void modesThatAreToldApartAreBounded() {
    Crowd crowd = new Crowd();
    for (int i = 0; i < 100; i++) {
      crowd.add("m" + i, 1);
    }

    assertEquals(100, crowd.count());
    assertEquals(17, crowd.byMode().size());
    assertEquals(84, crowd.byMode().get("other"));
  }

  @Test
  void aProcessThatStoodStillListensBeforeItJudges() throws BadRecordException {
    read(digest("g", 1, here("ann", "active")));
    pass(500);
    nowMs += 2 * TTL_MS;
    book.tick(nowMs);
    assertEquals("ann active", told());
    read(digest("g", 5, here("ann", "active")));
    pass(TTL_MS - 500);
    assertEquals("ann active", told());

    pass(500);

    assertEquals("", told());
  }

  @Test
  void whatIsRememberedIsBounded() throws BadRecordException {
    Device[] many = new Device[100];
    for (int i = 0; i < many.length; i++) {
      many[i] = here("u" + i, "active");
    }
    read(digest("g", 1, many));
    assertFalse(book.read("demo/chat:b", digest("g", 2, here("ann", "active")), 0, nowMs));
    read(digest("g", 3, here("ann", "active")));
    assertEquals(1, book.devices());
    assertTrue(book.read("demo/chat:b", digest("g", 4, here("ann", "active")), 0, nowMs));
    assertEquals(Set.of(CHANNEL, "demo/chat:b"), book.takeChanged());
    assertEquals(Set.of(), book.takeChanged());

    pass(TTL_MS);

    assertEquals(0, book.devices());
    assertEquals(Set.of(CHANNEL, "demo/chat:b"), book.takeChanged());
  }

  @Test
  void whatIsOldWhenItIsReadEndsSooner() {
    book.read(CHANNEL, digest("g", 1, here("ann", "active")), TTL_MS - 1000, nowMs);
    book.tick(nowMs);
    assertEquals("ann active", told());

    pass(1000);

    assertEquals("", told());
  }
}
