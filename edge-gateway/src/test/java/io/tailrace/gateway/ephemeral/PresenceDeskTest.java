package io.tailrace.gateway.ephemeral;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.tailrace.gateway.lane.Lane;
import io.tailrace.gateway.session.Peer;
import io.tailrace.schemas.contract.Contract;
import io.tailrace.schemas.frame.ClientFrame;
import io.tailrace.schemas.presence.Device;
import io.tailrace.schemas.presence.Digest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** One gateway's presence, step by step. */
final class PresenceDeskTest {
  private static final JsonMapper JSON = new JsonMapper();
  private static final String CHANNEL = "demo/chat:a";
  private static final long WALL_MS = PresenceWorld.WALL_MS;
  private static final long TTL_MS = 90_000;

  private final Map<String, Peer> peers = new HashMap<>();
  private final World out = new World();
  private Contract contract =
      PresenceGateway.contract(new Contract.Presence(30_000, TTL_MS, 200, 20));
  private long nowMs = 5_000;
  private PresenceDesk desk =
      new PresenceDesk("me", new PresenceDesk.Rules(3000, 3000, 100), () -> nowMs);

  private static final class World implements HubOut {
    final List<Digest> written = new ArrayList<>();
    final List<EphemeralFrame> shown = new ArrayList<>();
    final Map<Drop, Integer> drops = new EnumMap<>(Drop.class);

    @Override
    public void write(String key, byte @Nullable [] value) {
      assertEquals(CHANNEL, key);
      written.add(PresenceWorld.parse(Objects.requireNonNull(value)));
    }

    @Override
    public void show(EphemeralFrame frame) {
      shown.add(frame);
    }

    @Override
    public void dropped(Drop reason) {
      drops.merge(reason, 1, Integer::sum);
    }
  }

  private Peer enter(String session, Lane... lanes) {
    Peer peer = PresenceGateway.peer(session);
    peers.put(session, peer);
    desk.said(
        new HubInput.Entered(
            CHANNEL, peer, PresenceGateway.identity(session, null), contract, Set.of(lanes)),
        WALL_MS + nowMs,
        out);
    return peer;
  }

  private void say(String session, String user, String mode) {
    desk.said(
        new HubInput.Said(
            CHANNEL,
            Objects.requireNonNull(peers.get(session)),
            PresenceGateway.identity(user, null),
            new ClientFrame.Presence("chat:a", mode, null)),
        WALL_MS + nowMs,
        out);
  }

  private void close(String session) {
    desk.said(
        new HubInput.Left(CHANNEL, Objects.requireNonNull(peers.remove(session))),
        WALL_MS + nowMs,
        out);
  }

  private void pass(long ms) {
    for (long untilMs = nowMs + ms; nowMs < untilMs; ) {
      nowMs = Math.min(untilMs, nowMs + 100);
      desk.tick(WALL_MS + nowMs, out);
    }
  }

  private void readBack() {
    for (Digest digest : List.copyOf(out.written)) {
      read(digest);
    }
  }

  private void read(Digest digest) {
    desk.read(CHANNEL, digest.json(), WALL_MS + nowMs, WALL_MS + nowMs, out);
  }

  private static Digest of(String gateway, long seq, String... users) {
    List<Device> devices = new ArrayList<>();
    for (String user : users) {
      devices.add(new Device(user, null, gateway + user, "active", 1, 1, 1, true, null));
    }
    return new Digest(gateway, 0, seq, TTL_MS, 1, null, devices);
  }

  /** What was shown since the last call, in short. */
  private List<String> shown() {
    List<String> shown = new ArrayList<>();
    for (EphemeralFrame frame : out.shown) {
      JsonNode json = json(frame);
      StringBuilder text = new StringBuilder(frame.only() == null ? "" : "one ");
      text.append(frame.whole() ? "full" : "");
      for (String list : List.of("joined", "updated", "left")) {
        for (JsonNode member : json.path(list)) {
          text.append(' ').append(list).append(' ').append(member.path("user").asText());
          text.append(' ').append(member.path("mode").asText());
        }
      }
      shown.add(text.toString().strip());
    }
    out.shown.clear();
    return shown;
  }

  private static JsonNode json(EphemeralFrame frame) {
    try {
      return JSON.readTree(frame.json());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aHeartbeatWritesNothingAndTheDigestIsWrittenAgainInTime() {
    enter("s");
    say("s", "ann", "active");
    pass(1000);
    assertEquals(1, out.written.size());
    readBack();
    for (int i = 0; i < 28; i++) {
      say("s", "ann", "active");
      pass(1000);
    }
    assertEquals(1, out.written.size());

    pass(2000);

    assertEquals(2, out.written.size());
    assertTrue(out.written.get(1).seq() > out.written.get(0).seq());
  }

  @Test
  void whatIsNotReadBackIsWrittenAgainMoreAndMoreSeldom() {
    enter("s");
    say("s", "ann", "active");
    pass(1000);
    pass(2000);
    assertEquals(2, out.written.size());
    pass(3000);
    assertEquals(2, out.written.size());
    pass(1000);
    assertEquals(3, out.written.size());

    readBack();
    pass(20_000);

    assertEquals(3, out.written.size());
  }

  @Test
  void changesAreGatheredLongerInALargerRoom() {
    Peer eve = enter("eve", Lane.PRESENCE);
    assertEquals(List.of("one full"), shown());
    read(of("g", 1, "ann"));
    pass(400);
    read(of("h", 1, "bob"));
    assertEquals(List.of(), shown());
    pass(200);
    assertEquals(List.of("joined ann active joined bob active"), shown());
    String[] many = new String[150];
    for (int i = 0; i < many.length; i++) {
      many[i] = "u" + i;
    }
    read(of("g", 2, many));
    pass(700);
    assertEquals(1, shown().size());
    read(of("g", 3, "ann"));

    pass(1300);

    assertEquals(List.of(), shown());
    pass(100);
    assertEquals(1, shown().size());
    assertEquals("eve", eve.session());
  }

  @Test
  void whoComesLaterIsShownWhatTheOthersHaveBeenShownAndThenTheSameChanges() {
    enter("eve", Lane.PRESENCE);
    read(of("g", 1, "ann"));
    pass(200);
    enter("max", Lane.PRESENCE);
    enter("deaf");
    assertEquals(List.of("one full", "one full"), shown());

    pass(400);

    assertEquals(List.of("joined ann active"), shown(), "to both");
    desk.said(
        new HubInput.Missed(CHANNEL, Objects.requireNonNull(peers.get("max"))),
        WALL_MS + nowMs,
        out);
    assertEquals(List.of("one full joined ann active"), shown());
  }

  @Test
  void whoIsSilentIsAwayThenGoneAndComesBackByAWord() {
    enter("eve", Lane.PRESENCE);
    say("eve", "ann", "active");
    pass(1500);
    assertEquals(List.of("one full", "joined ann active"), shown());
    pass(TTL_MS);
    assertEquals(List.of("updated ann away"), shown());
    say("eve", "ann", "active");
    pass(1500);
    assertEquals(List.of("updated ann active"), shown());

    pass(2 * TTL_MS);

    assertEquals(List.of("updated ann away", "left ann gone"), shown());
    pass(3000);
    assertTrue(out.written.getLast().devices().isEmpty());
  }

  @Test
  void aConnectionThatGoesIsWaitedForATtlFromWhenItWasHeard() {
    enter("eve", Lane.PRESENCE);
    enter("s");
    say("s", "ann", "active");
    pass(2000);
    close("s");
    pass(TTL_MS - 3000);
    assertEquals(List.of("one full", "joined ann active"), shown());
    pass(2000);
    assertEquals(List.of("left ann gone"), shown());
  }

  @Test
  void whoComesBackHasNotLeftAndIsHereSinceTheyFirstCame() {
    enter("eve", Lane.PRESENCE);
    enter("s");
    say("s", "ann", "active");
    pass(2000);
    JsonNode first = json(out.shown.getLast()).path("joined").get(0);
    close("s");
    pass(60_000);
    enter("t");
    say("t", "ann", "viewing");
    pass(1500);
    JsonNode back = json(out.shown.getLast()).path("updated").get(0);

    assertEquals(first.path("since"), back.path("since"));
    assertEquals(1, out.written.getLast().devices().size(), "one place, one entry");
  }

  @Test
  void aGatewayThatLeavesSaysThatItsConnectionsAreGone() {
    enter("s");
    say("s", "ann", "active");
    desk.leave(WALL_MS + nowMs, out);

    assertEquals(1, out.written.size());
    assertFalse(out.written.getFirst().devices().getFirst().open());
  }

  @Test
  void aRoomWithTooManyHereIsWrittenInNumbers() {
    contract = PresenceGateway.contract(new Contract.Presence(30_000, TTL_MS, 600, 3));
    for (int i = 0; i < 601; i++) {
      enter("s" + i);
      say("s" + i, "u" + i, i % 2 == 0 ? "active" : "away");
    }
    enter("eve", Lane.PRESENCE);
    pass(3000);
    shown();
    Digest numbers =
        out.written.stream().filter(digest -> digest.crowd() != null).toList().getFirst();
    assertEquals(
        Map.of("active", 301, "away", 300), Objects.requireNonNull(numbers.crowd()).byMode());
    assertEquals(3, numbers.devices().size());
    assertEquals(0, numbers.part());
    out.written.clear();
    for (int i = 0; i < 100; i++) {
      say("s" + i, "u" + i, "gone");
    }
    pass(5000);

    Set<Integer> parts = new TreeSet<>();
    int devices = 0;
    for (Digest digest : out.written) {
      parts.add(digest.part());
      devices = digest.crowd() == null ? devices + digest.devices().size() : 0;
    }
    assertEquals(Set.of(0, 1), parts, "a list again, in its parts");
    assertTrue(devices >= 501, () -> "" + out.written.size());
    JsonNode told = json(out.shown.getLast());
    assertTrue(told.path("full").asBoolean());
    assertEquals(501, told.path("joined").size());
  }

  @Test
  void whatIsNoDigestAndWhatHasNoRoomIsCounted() {
    desk.read(CHANNEL, "[".getBytes(StandardCharsets.UTF_8), WALL_MS, WALL_MS, out);
    desk.read(CHANNEL, null, WALL_MS, WALL_MS, out);
    assertEquals(Map.of(HubOut.Drop.UNREADABLE, 2), out.drops);
    desk = new PresenceDesk("me", new PresenceDesk.Rules(1, 2, 100), () -> nowMs);
    enter("s");
    enter("t");
    say("s", "ann", "active");
    say("t", "bob", "active");
    assertEquals(1, out.drops.get(HubOut.Drop.FULL));

    read(of("g", 1, "a", "b", "c"));

    assertEquals(2, out.drops.get(HubOut.Drop.FULL));
  }

  @Test
  void whatWasWrittenBeforeItBeganIsAsOldAsItIs() {
    desk.tick(WALL_MS + nowMs, out);
    desk.read(
        CHANNEL, of("g", 1, "ann").json(), WALL_MS + nowMs - TTL_MS + 2000, WALL_MS + nowMs, out);
    enter("eve", Lane.PRESENCE);
    assertEquals(List.of("one full joined ann active"), shown());

    pass(3000);

    assertEquals(List.of("left ann gone"), shown());
  }

  @Test
  void whatIsMirroredIsAsOldAsItIsAlsoLongAfterItBegan() {
    enter("eve", Lane.PRESENCE);
    pass(2 * TTL_MS);
    shown();
    desk.readFar(CHANNEL, of("g", 1, "bob").json(), TTL_MS, WALL_MS + nowMs, out);
    desk.readFar(CHANNEL, of("h", 1, "ann").json(), TTL_MS - 3000, WALL_MS + nowMs, out);

    pass(1000);
    assertEquals(List.of("joined ann active"), shown(), "bob had left before");
    pass(4000);

    assertEquals(List.of("left ann gone"), shown());
  }

  @Test
  void aRoomThatAllHaveLeftIsForgotten() {
    enter("eve", Lane.PRESENCE);
    say("eve", "ann", "active");
    pass(1000);
    readBack();
    close("eve");
    pass(2 * TTL_MS);
    readBack();
    out.written.clear();

    pass(2 * TTL_MS);

    assertEquals(List.of(), out.written);
  }
}
