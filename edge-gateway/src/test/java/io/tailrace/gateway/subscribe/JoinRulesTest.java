package io.tailrace.gateway.subscribe;

import static io.tailrace.schemas.join.JoinWire.Entry.OPEN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.tailrace.gateway.encode.Frame;
import io.tailrace.gateway.encode.Wire;
import io.tailrace.gateway.lane.Account;
import io.tailrace.gateway.lane.SendQueue;
import io.tailrace.gateway.resume.Windows;
import io.tailrace.gateway.session.Membership;
import io.tailrace.gateway.session.Peer;
import io.tailrace.gateway.session.Room;
import io.tailrace.gateway.session.Rooms;
import io.tailrace.gateway.session.Subscription;
import io.tailrace.schemas.join.JoinWire;
import io.tailrace.schemas.name.Channel;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class JoinRulesTest {
  private static final Channel A = new Channel("demo", "chat", "a");
  private final Windows windows = new Windows(1000, 100_000, new long[] {0});
  private static final Membership.Standing READS = new Membership.Standing(OPEN, null);
  private static final Rooms.Doors NOBODY_LISTENS =
      new Rooms.Doors() {
        @Override
        public void wentLive(Subscription subscription) {}

        @Override
        public void left(Subscription subscription) {}
      };
  private final Rooms rooms = new Rooms(windows, NOBODY_LISTENS);
  private long offset;

  /** The window has these seqs, at offsets 0, 1, 2 …; the chain at a seq is ten times it. */
  private void window(long... seqs) {
    for (long seq : seqs) {
      windows.raiseEpoch(0, 1);
      windows.accept(
          new Frame(
              new Frame.Place(A.full(), 0, offset, 1, seq, seq * 10), 0, 0, null, new byte[10]));
      offset++;
    }
  }

  private Subscription wants(@Nullable Long after, int epoch, @Nullable Long chain) {
    Room room = rooms.open(A, 0);
    Peer peer =
        new Peer(
            "s",
            Wire.WEB_SOCKET,
            new SendQueue(new SendQueue.Bounds(1000, 1000, 1000), new Account()),
            0);
    return new Subscription(peer, room, 1, new Subscription.Resume(after, epoch, chain), 1, 1000);
  }

  private JoinOutcome answer(
      Subscription subscription, int epoch, long head, long position, @Nullable Long chain) {
    return JoinRules.complete(
        subscription,
        new JoinWire.Answer.View(1, epoch, head, position, 1, OPEN, null, chain),
        windows);
  }

  @Test
  void whatTheWindowReachesIsReplayed() {
    window(5, 6, 7);
    assertEquals(
        new JoinOutcome.Start(1, 7, 5, true, true, READS),
        answer(wants(5L, 1, 50L), 1, 6, 2, null));
    assertEquals(
        new JoinOutcome.Start(1, 7, 4, true, true, READS),
        answer(wants(4L, 1, null), 1, 6, 2, null));
  }

  @Test
  void whatLiesBelowTheWindowIsReadOverHttp() {
    window(5, 6, 7);
    assertEquals(
        new JoinOutcome.Start(1, 7, 3, false, true, READS),
        answer(wants(3L, 1, 30L), 1, 6, 2, 30L));
  }

  @Test
  void aWindowThatDoesNotReachHeadIsNotReplayed() {
    window(5, 6);
    assertEquals(
        new JoinOutcome.Start(1, 9, 5, false, true, READS),
        answer(wants(5L, 1, null), 1, 9, 2, null));
  }

  @Test
  void withoutAPlaceItBeginsAtHead() {
    window(5, 6, 7);
    assertEquals(
        new JoinOutcome.Start(1, 7, 7, true, true, READS),
        answer(wants(null, 0, null), 1, 6, 2, null));
  }

  @Test
  void anotherChainOrEpochIsVoid() {
    window(5, 6, 7);
    assertEquals(new JoinOutcome.Voided(1, 0), answer(wants(5L, 1, 51L), 1, 6, 2, null));
    assertEquals(new JoinOutcome.Voided(1, 0), answer(wants(3L, 1, 31L), 1, 6, 2, 30L));
    windows.raiseEpoch(0, 2);
    assertEquals(new JoinOutcome.Voided(2, 0), answer(wants(5L, 1, 50L), 2, 0, 2, null));
  }

  @Test
  void moreThanAnybodyHasIsAhead() {
    window(5, 6, 7);
    assertEquals(new JoinOutcome.Ahead(1, 7), answer(wants(8L, 1, null), 1, 6, 2, null));
  }

  @Test
  void whatWasAbortedIsNoPlaceToStand() {
    window(5, 6, 7);
    assertEquals(new JoinOutcome.Ahead(1, 5), answer(wants(7L, 1, 70L), 1, 5, 3, null));
    assertEquals(
        new JoinOutcome.Start(1, 5, 5, true, false, READS),
        answer(wants(5L, 1, 50L), 1, 5, 3, null));
  }

  @Test
  void anEpochThatDiffersAndAChangeMeanwhileAreNotReady() {
    window(5, 6, 7);
    assertInstanceOf(JoinOutcome.NotReady.class, answer(wants(5L, 2, null), 1, 6, 2, null));
    assertInstanceOf(JoinOutcome.NotReady.class, answer(wants(5L, 1, null), 2, 6, 2, null));
    Subscription spoiled = wants(5L, 1, null);
    spoiled.spoil();
    assertInstanceOf(JoinOutcome.NotReady.class, answer(spoiled, 1, 6, 2, null));
  }
}
