package io.tailrace.gateway.ephemeral;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.tailrace.gateway.encode.Wire;
import io.tailrace.gateway.lane.Account;
import io.tailrace.gateway.lane.SendQueue;
import io.tailrace.gateway.resume.Windows;
import io.tailrace.gateway.session.Decision;
import io.tailrace.gateway.session.Happening;
import io.tailrace.gateway.session.Membership;
import io.tailrace.gateway.session.Peer;
import io.tailrace.gateway.session.Room;
import io.tailrace.gateway.session.Rooms;
import io.tailrace.gateway.session.Subscription;
import io.tailrace.schemas.contract.Contracts;
import io.tailrace.schemas.event.MemberChange;
import io.tailrace.schemas.frame.ClientFrame;
import io.tailrace.schemas.join.JoinWire.Entry;
import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.token.Identity;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who may say what, and how fast. */
final class SayDeskTest {
  private static final Contracts CONTRACTS = Contracts.shipped();
  private static final int PER_SECOND =
      Objects.requireNonNull(CONTRACTS.of("chat")).signals().perSecond();
  private static final int BYTES_MAX =
      Objects.requireNonNull(CONTRACTS.of("chat")).signals().bytesMax();
  private final Decision decision = new Decision();
  private final SayDesk desk = new SayDesk(CONTRACTS::of, decision);
  private final Rooms rooms = new Rooms(new Windows(1000, 100_000, new long[] {0}), desk);
  private final Peer peer =
      new Peer(
          "s",
          Wire.WEB_SOCKET,
          new SendQueue(new SendQueue.Bounds(100_000, 1000, 100_000), new Account()),
          0);
  private long nowMs = 1_000_000;

  private static Identity identity(@Nullable List<String> patterns) {
    return new Identity("demo", "ann", null, Set.of(), patterns, Instant.EPOCH);
  }

  private Subscription subscribe(String name, Entry entry, @Nullable String role, boolean live) {
    if (peer.identity() == null) {
      peer.identify(identity(null));
    }
    Channel channel = Objects.requireNonNull(Channel.parse("demo", name));
    Room room = rooms.open(channel, 0);
    Subscription subscription =
        new Subscription(peer, room, 1, new Subscription.Resume(null, 0, null), 1, nowMs + 1000);
    room.enter(subscription);
    peer.subscriptions().put(channel.full(), subscription);
    subscription.admit(new Membership.Standing(entry, role), 0);
    subscription.replay(1, 7, 7);
    if (live) {
      room.goLive(subscription);
    }
    return subscription;
  }

  private void signal(String channel, String type, String data) {
    desk.signal(
        peer,
        Objects.requireNonNull(peer.identity()),
        new ClientFrame.Signal(channel, type, data),
        nowMs);
  }

  /** What was said for the hub since the last call, in short. */
  private List<String> said() {
    List<String> said = new ArrayList<>();
    for (HubInput input : desk.inputs()) {
      said.add(
          switch (input) {
            case HubInput.Entered _ -> "entered";
            case HubInput.Left _ -> "left";
            case HubInput.Missed _ -> "missed";
            case HubInput.HasRead read -> "read " + read.epoch() + '.' + read.seq();
            case HubInput.Said(_, _, _, ClientFrame.Signal signal) -> signal.data();
            case HubInput.Said(_, _, _, ClientFrame.Presence presence) -> presence.mode();
            case HubInput.Said said1 -> said1.frame().toString();
          });
    }
    desk.inputs().clear();
    return said;
  }

  /** The code of the refusal that waits; empty where there is none. */
  private String refused() {
    if (peer.queue().isEmpty()) {
      return "";
    }
    ByteBuffer[] buffers = new ByteBuffer[1];
    peer.queue().gather(buffers);
    byte[] frame = new byte[buffers[0].remaining()];
    buffers[0].get(frame);
    peer.queue().written();
    String text = new String(frame, java.nio.charset.StandardCharsets.UTF_8);
    try {
      JsonNode json = new JsonMapper().readTree(text.substring(text.indexOf("{\"")));
      assertEquals("error", json.path("t").asText());
      assertTrue(json.path("ref").isMissingNode(), "it is no answer to a subscribe");
      return json.path("code").asText();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void whoIsLiveComesSpeaksAndGoes() {
    Subscription subscription = subscribe("chat:a", Entry.OPEN, null, true);
    signal("chat:a", "typing", "1");
    desk.presence(peer, identity(null), new ClientFrame.Presence("chat:a", "active", null), nowMs);
    desk.receipt(peer, identity(null), new ClientFrame.Receipt("chat:a", 7), nowMs);
    rooms.leave(subscription);
    signal("chat:a", "typing", "2");

    assertEquals(List.of("entered", "1", "active", "read 1.7", "left"), said());
    assertEquals("bad_request", refused());
  }

  @Test
  void whoIsStillBeingSentThePastIsNeitherThereNorHeard() {
    subscribe("chat:a", Entry.OPEN, null, false);
    signal("chat:a", "typing", "1");
    assertEquals("", refused(), "a signal that is lost is not worth an answer");
    desk.receipt(peer, identity(null), new ClientFrame.Receipt("chat:a", 7), nowMs);

    assertEquals("not_ready", refused());
    assertEquals(List.of(), said());
    assertEquals(1, decision.counts().get(Happening.SIGNAL_EARLY));
  }

  /** Entry, role, pattern of the token, and what is said to a signal and to presence. */
  @ParameterizedTest
  @CsvSource({
    "chat:a, OPEN, , , '', ''",
    "chat:a, MEMBER, owner, , '', ''",
    "chat:a, MEMBER, member, , '', ''",
    "chat:a, MEMBER, reader, , forbidden, ''",
    "chat:a, MEMBER, guest, , forbidden, ''",
    "chat:a, MEMBER, , , forbidden, forbidden",
    "chat:a, TOKEN, , , forbidden, forbidden",
    "chat:a, OPEN, , chat:b, forbidden, forbidden",
    "doc:a, MEMBER, reader, , '', ''",
    "feed:a, OPEN, , , not_available, not_available",
  })
  void rightsAreAskedAtEveryFrame(
      String channel,
      Entry entry,
      @Nullable String role,
      @Nullable String pattern,
      String signal,
      String presence) {
    peer.identify(identity(null));
    subscribe(channel, entry, role, true);
    peer.identify(identity(pattern == null ? null : List.of(pattern)));
    Identity now = Objects.requireNonNull(peer.identity());

    signal(channel, "typing", "1");
    assertEquals(signal, refused());
    desk.presence(peer, now, new ClientFrame.Presence(channel, "active", null), nowMs);
    assertEquals(presence, refused());
  }

  @Test
  void aRoleThatIsTakenIsTakenAtOnceAlsoFromWhatWaits() {
    Subscription subscription = subscribe("chat:a", Entry.MEMBER, "member", true);
    for (int n = 0; n <= PER_SECOND; n++) {
      signal("chat:a", "typing", Integer.toString(n));
    }
    assertEquals(PER_SECOND + 1, said().size(), "entered, and all but one");
    assertTrue(subscription.outlives(8, new MemberChange("bob", "reader")), "another's role");
    assertTrue(subscription.outlives(9, new MemberChange("ann", "reader")));
    nowMs += 10_000;

    desk.tick(nowMs);
    signal("chat:a", "typing", "99");

    assertEquals(List.of(), said());
    assertEquals("forbidden", refused());
    assertTrue(subscription.outlives(10, new MemberChange("ann", "owner")));
    signal("chat:a", "typing", "100");
    assertEquals(List.of("100"), said());
  }

  @Test
  void overTheRateTheLatestWaitsForItsTurn() {
    subscribe("chat:a", Entry.OPEN, null, true);
    said();
    for (int n = 0; n < PER_SECOND + 5; n++) {
      signal("chat:a", "typing", Integer.toString(n));
    }
    signal("chat:a", "cursor", "here");
    assertEquals(PER_SECOND, said().size());
    assertEquals(4, decision.counts().get(Happening.SIGNAL_OVER_RATE), "those between");
    nowMs += 1000 / PER_SECOND;

    desk.tick(nowMs);
    assertEquals(List.of(Integer.toString(PER_SECOND + 4)), said());
    desk.tick(nowMs);
    assertEquals(List.of(), said(), "one for each turn");
    nowMs += 1000 / PER_SECOND;
    signal("chat:a", "cursor", "there");
    assertEquals(List.of("there"), said());
    nowMs += 10_000;
    desk.tick(nowMs);

    assertEquals(List.of(), said(), "what was overtaken is not said after all");
    assertEquals("", refused());
  }

  @Test
  void whatWaitsOnOneConnectionIsBounded() {
    subscribe("chat:a", Entry.OPEN, null, true);
    for (int n = 0; n < PER_SECOND + 40; n++) {
      signal("chat:a", "type" + n, "1");
    }
    said();
    int waited = 0;
    for (int turn = 0; turn < 100; turn++) {
      nowMs += 1000;
      desk.tick(nowMs);
      waited += said().size();
    }

    assertEquals(16, waited);
    assertEquals(24, decision.counts().get(Happening.SIGNAL_OVER_RATE));
  }

  @Test
  void whatIsWrongIsRefusedWithWhatToDo() {
    subscribe("chat:a", Entry.OPEN, null, true);
    said();
    signal("chat:a", "typing", '"' + "x".repeat(BYTES_MAX - 2) + '"');
    assertEquals("", refused(), "as large as it may be");
    signal("chat:a", "typing", '"' + "x".repeat(BYTES_MAX - 1) + '"');
    assertEquals("bad_request", refused());
    signal("chat:a", "typing", '"' + "\u00e9".repeat(BYTES_MAX / 2) + '"');
    assertEquals("bad_request", refused(), "bytes are counted, not characters");
    signal("chat:a", "", "1");
    assertEquals("bad_request", refused());
    signal("chat:a", "a\nb", "1");
    assertEquals("bad_request", refused());
    for (String other : List.of("chat:b", "nothing:b", "x", "")) {
      signal(other, "typing", "1");
      assertEquals("bad_request", refused(), other);
    }
    assertEquals(1, said().size());
  }

  private void receipt(long seq) {
    desk.receipt(peer, identity(null), new ClientFrame.Receipt("chat:a", seq), nowMs);
  }

  @Test
  void nobodyHasReadWhatTheyWereNotGiven() {
    Subscription subscription = subscribe("chat:a", Entry.OPEN, null, true);
    said();
    receipt(8);
    subscription.advance(9);
    receipt(8);

    assertEquals(List.of("read 1.7", "read 1.8"), said());
    assertEquals("", refused());
  }

  @Test
  void ofReceiptsThatWaitTheFurthestIsSaid() {
    Subscription subscription = subscribe("chat:a", Entry.OPEN, null, true);
    said();
    subscription.advance(1000);
    for (int n = 0; n < 200; n++) {
      receipt(n);
    }
    assertEquals(200, said().size());
    receipt(500);
    receipt(400);
    nowMs += 100;
    receipt(300);
    assertEquals(List.of("read 1.500"), said(), "one that is said later with less waited no more");
    receipt(700);
    receipt(600);
    nowMs += 100;
    desk.tick(nowMs);

    assertEquals(List.of("read 1.700"), said());
  }

  @Test
  void aReceiptThatWaitsIsNotSaidInTheNextSubscription() {
    Subscription subscription = subscribe("chat:a", Entry.OPEN, null, true);
    for (int n = 0; n < 201; n++) {
      receipt(7);
    }
    said();
    rooms.leave(subscription);
    subscribe("chat:a", Entry.OPEN, null, true);
    nowMs += 1000;
    desk.tick(nowMs);

    assertEquals(List.of("left", "entered"), said());
  }
}
