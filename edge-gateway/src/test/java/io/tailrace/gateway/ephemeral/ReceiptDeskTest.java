package io.tailrace.gateway.ephemeral;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.gateway.encode.Wire;
import io.tailrace.gateway.lane.Account;
import io.tailrace.gateway.lane.Lane;
import io.tailrace.gateway.lane.SendQueue;
import io.tailrace.gateway.session.Peer;
import io.tailrace.schemas.contract.Contracts;
import io.tailrace.schemas.token.Identity;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The desk of receipts, told everything by hand. */
class ReceiptDeskTest {
  private static final String CHAT = "acme/chat:a";
  private static final ReceiptDesk.Rules RULES =
      new ReceiptDesk.Rules(250, 500, 5000, 20_000, 3, 3, 2);

  private final List<String> written = new ArrayList<>();
  private final List<EphemeralFrame> shown = new ArrayList<>();
  private final HubOut out =
      new HubOut() {
        @Override
        public void write(String key, byte @Nullable [] value) {
          written.add(key + " " + (value == null ? "" : new String(value, UTF_8)));
        }

        @Override
        public void show(EphemeralFrame frame) {
          shown.add(frame);
        }
      };
  private final ReceiptDesk desk = new ReceiptDesk(RULES);
  private final Peer peer = peer();

  static Peer peer() {
    return new Peer(
        "s",
        Wire.WEB_SOCKET,
        new SendQueue(new SendQueue.Bounds(1000, 1000, 1000), new Account()),
        0);
  }

  static Identity identity(String user) {
    return new Identity("acme", user, null, Set.of(), null, Instant.ofEpochSecond(4_000_000_000L));
  }

  static HubInput entered(String channel, Peer peer, String user) {
    return new HubInput.Entered(
        channel,
        peer,
        identity(user),
        Objects.requireNonNull(Contracts.shipped().of("chat")),
        Set.of(Lane.EVENT, Lane.RECEIPT));
  }

  private void enter(String channel) {
    desk.said(entered(channel, peer, "ada"), 0, out);
  }

  private void says(String user, int epoch, long seq, long nowMs) {
    desk.said(new HubInput.HasRead(CHAT, peer, identity(user), epoch, seq), nowMs, out);
  }

  private void topic(String user, int epoch, long seq, long nowMs) {
    desk.read(CHAT + "/" + user, value(epoch, seq), nowMs, nowMs, out);
  }

  private static byte[] value(int epoch, long seq) {
    return ("{\"epoch\":" + epoch + ",\"seq\":" + seq + "}").getBytes(UTF_8);
  }

  private static String record(String user, int epoch, long seq) {
    return CHAT + "/" + user + " " + new String(value(epoch, seq), UTF_8);
  }

  private List<String> shownTexts() {
    return shown.stream().map(frame -> new String(frame.json(), UTF_8)).toList();
  }

  private static String frame(int epoch, String read) {
    return "{\"t\":\"receipt\",\"channel\":\"chat:a\",\"epoch\":"
        + epoch
        + ",\"read\":{"
        + read
        + "}}";
  }

  @Test
  void theFurthestOfAMomentIsWrittenOnce() {
    enter(CHAT);
    says("ada", 1, 5, 0);
    says("ada", 1, 9, 100);
    says("ada", 1, 7, 200);
    desk.tick(249, out);
    assertEquals(List.of(), written);

    desk.tick(250, out);
    desk.tick(300, out);

    assertEquals(List.of(record("ada", 1, 9)), written);
  }

  @Test
  void whatDoesNotComeBackIsWrittenAgainEverMoreSeldom() {
    enter(CHAT);
    says("ada", 1, 5, 0);
    List<Long> times = new ArrayList<>();
    for (long now = 0; now <= 80_000; now += 50) {
      int before = written.size();
      desk.tick(now, out);
      if (written.size() > before) {
        times.add(now);
      }
    }

    assertEquals(List.of(250L, 5250L, 15_250L, 35_250L, 55_250L, 75_250L), times);
    assertEquals(1, desk.waiting());
    topic("ada", 1, 5, 80_000);
    assertEquals(0, desk.waiting());
    desk.tick(200_000, out);
    assertEquals(times.size(), written.size());
  }

  @Test
  void whatComesBackOfLessConfirmsNothing() {
    enter(CHAT);
    says("ada", 1, 5, 0);
    desk.tick(250, out);
    says("ada", 1, 8, 300);

    topic("ada", 1, 5, 310);
    desk.tick(550, out);

    assertEquals(1, desk.waiting());
    assertEquals(List.of(record("ada", 1, 5), record("ada", 1, 8)), written);
  }

  @Test
  void whatAnotherDeviceReadFurtherConfirmsToo() {
    enter(CHAT);
    says("ada", 1, 5, 0);

    topic("ada", 1, 6, 10);
    desk.tick(1000, out);

    assertEquals(0, desk.waiting());
    assertEquals(List.of(), written);
    assertEquals(List.of(frame(1, "\"ada\":6")), shownTexts());
  }

  @Test
  void placesOfAMomentAreShownTogetherAndNeverBack() {
    enter(CHAT);
    topic("ada", 1, 5, 0);
    topic("bob", 1, 6, 100);
    topic("ada", 1, 4, 200);
    desk.tick(499, out);
    assertEquals(List.of(), shown);

    desk.tick(500, out);
    topic("ada", 1, 3, 600);
    topic("bob", 1, 6, 600);
    desk.tick(2000, out);
    topic("bob", 1, 7, 2000);
    desk.tick(2500, out);

    assertEquals(List.of(frame(1, "\"ada\":5,\"bob\":6"), frame(1, "\"bob\":7")), shownTexts());
    assertSame(Lane.RECEIPT, shown.getFirst().lane());
    assertEquals(CHAT, shown.getFirst().channel());
  }

  @Test
  void oneWhoSaysLessThanIsKeptIsToldAloneWhatIs() {
    enter(CHAT);
    topic("ada", 1, 9, 0);
    desk.tick(500, out);
    shown.clear();

    says("ada", 1, 4, 600);
    desk.tick(10_000, out);

    assertEquals(List.of(), written);
    assertEquals(List.of(frame(1, "\"ada\":9")), shownTexts());
    assertSame(peer, shown.getFirst().only());
  }

  @Test
  void anotherNumberingVoidsPlacesThatWaitToBeShown() {
    enter(CHAT);
    topic("ada", 1, 900, 0);
    topic("bob", 2, 1, 100);
    topic("eve", 1, 901, 200);

    desk.tick(500, out);

    assertEquals(List.of(frame(2, "\"bob\":1")), shownTexts());
    topic("ada", 2, 2, 1000);
    desk.tick(1500, out);
    assertEquals(frame(2, "\"ada\":2"), shownTexts().getLast());
  }

  @Test
  void aChannelThatNobodyHasHereIsNotShown() {
    topic("ada", 1, 5, 0);
    desk.tick(500, out);
    enter(CHAT);
    topic("ada", 1, 6, 600);
    desk.said(new HubInput.Left(CHAT, peer), 700, out);
    desk.tick(5000, out);

    assertEquals(List.of(), shown);
  }

  @Test
  void whatWasSaidBeforeLeavingIsWrittenAllTheSame() {
    enter(CHAT);
    says("ada", 1, 5, 0);
    desk.said(new HubInput.Left(CHAT, peer), 10, out);

    desk.tick(250, out);

    assertEquals(List.of(record("ada", 1, 5)), written);
  }

  @Test
  void moreThanFitIsDroppedAndCountedAndWhatWaitsGoesOn() {
    enter(CHAT);
    says("u1", 1, 1, 0);
    says("u2", 1, 1, 0);
    says("u3", 1, 1, 0);
    says("u4", 1, 1, 0);
    says("u1", 1, 2, 0);

    desk.tick(250, out);
    assertEquals(List.of(record("u1", 1, 2), record("u2", 1, 1)), written); // two in a tick
    desk.tick(350, out);

    assertEquals(record("u3", 1, 1), written.getLast());
    assertEquals(3, desk.waiting());
    assertEquals(1, desk.dropped());
  }

  @Test
  void manyUsersAreShownInFramesOfSomeHundred() {
    ReceiptDesk large = new ReceiptDesk(ReceiptDesk.Rules.USUAL);
    large.said(entered(CHAT, peer, "ada"), 0, out);
    for (int i = 0; i < ReceiptDesk.USERS_OF_FRAME_MAX + 1; i++) {
      large.read(CHAT + "/u" + i, value(1, 1), 0, 0, out);
    }

    large.tick(500, out);

    assertEquals(2, shown.size());
    assertEquals(frame(1, "\"u" + ReceiptDesk.USERS_OF_FRAME_MAX + "\":1"), shownTexts().getLast());
  }

  @Test
  void whatIsNoReceiptIsPassedOver() {
    enter(CHAT);
    desk.read("nonsense", value(1, 1), 0, 0, out);
    desk.read(CHAT + "/ada", "{}".getBytes(UTF_8), 0, 0, out);
    desk.read(CHAT + "/ada", null, 0, 0, out);
    desk.tick(1000, out);

    assertEquals(List.of(), shown);
    assertTrue(written.isEmpty());
  }
}
