package io.tailrace.load.oracle;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.load.oracle.Access.Reach;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Each way in which membership can be broken is put into a run, once, and must be found. */
class RevocationTest {
  /** 1-3 open, 4 closes it for ada, 7 bob is added, 10 removed, 13 added again, head 15. */
  private final WatchedRoom room =
      new WatchedRoom("ada", "bob", "eve")
          .events(3)
          .set("ada", "owner")
          .events(2)
          .set("bob", "member")
          .events(2)
          .removed("bob")
          .events(2)
          .set("bob", "member")
          .events(2);

  @Test
  void whoSeesWhatTheyMayHolds() {
    room.follower("ada", Reach.ALL, 1, 15)
        .follower("eve", Reach.ALL, 1, 3)
        .followed("bob", Reach.ALL, List.of(room.piece(2, 3), room.piece(7, 9), room.piece(13, 15)))
        .follower("bob", Reach.END, 14, 15)
        .admitted("eve", 0)
        .admitted("eve", 3)
        .admitted("bob", 9, 3, 6)
        .admitted("bob", 14, 13, 13)
        .refused("bob", 0)
        .refused("bob", 12)
        .refused("eve", 15)
        .revoked("eve", 4)
        .revoked("bob", 4)
        .revoked("bob", 10)
        .snapshot("bob", 9, 7, 8, 9)
        .snapshot("bob", 14, 13, 14, 15);

    assertInstanceOf(Verdict.Holds.class, room.judge());
  }

  @Test
  void theRemovalItselfIsSeen() {
    room.follower("bob", Reach.SOME, 7, 10);

    expect(6, 10, "ws-bob, live: shown to bob, who may see [[1, 4), [7, 10), [13, end)] only");
  }

  @Test
  void somethingAboveTheRemovalIsSeen() {
    room.follower("bob", Reach.SOME, 12, 12);

    expect(6, 12, "shown to bob");
  }

  @Test
  void whatWasWrittenBeforeTheyWereAddedIsSeen() {
    room.follower("bob", Reach.SOME, 6, 9);

    expect(6, 6, "shown to bob");
  }

  @Test
  void theEventThatShutsOneOutIsSeenByThem() {
    room.follower("eve", Reach.SOME, 1, 4);

    expect(6, 4, "shown to eve, who may see [[1, 4)] only");
  }

  @Test
  void oneWhoWasShutOutStillReadsTheOpenPast() {
    room.follower("eve", Reach.SOME, 1, 3).admitted("eve", 15, 0, 0);

    expect(6, 15, "ws: eve was let in");
  }

  @Test
  void oneWhoWasRemovedIsLetIn() {
    room.admitted("bob", 10);

    expect(6, 10, "bob was let in as of this head");
  }

  @Test
  void oneWhoIsBackReadsOfTheFirstMembership() {
    room.follower("bob", Reach.SOME, 8, 9).admitted("bob", 15, 7, 7);

    expect(6, 8, "as of head 15 bob may see [13, end), asked for what comes after 7");
  }

  @Test
  void aSubscriptionSkipsWhatWasWrittenSinceTheyWereAdded() {
    room.admitted("bob", 15, 0, 14);

    expect(1, 15, "was given what comes after 14");
  }

  @Test
  void aRevocationThatNeverWas() {
    room.revoked("ada", 10);

    expect(6, 10, "ada was told that membership ended here, but may read at [[1, end)]");
  }

  @Test
  void aRevocationAtAnotherSeq() {
    room.revoked("bob", 11);

    expect(6, 11, "bob was told");
  }

  @Test
  void oneWhoWasAlwaysInIsRefused() {
    room.refused("ada", 0);

    expect(6, 0, "ada was refused");
  }

  @Test
  void oneWhoWasAddedIsRefusedFromThereOn() {
    room.refused("bob", 13);

    expect(6, 13, "bob was refused, but from here on may read at every head ([13, end))");
  }

  @Test
  void aMemberMissesAnEvent() {
    room.followed("bob", Reach.ALL, List.of(room.piece(13, 13), room.piece(15, 15)));

    expect(1, 14, "ws-bob: lost: bob is a member in the end and may see [13, end)");
  }

  @Test
  void aMemberMissesWhereItsMembershipBegins() {
    room.follower("bob", Reach.ALL, 14, 15);

    expect(1, 13, "lost");
  }

  @Test
  void aMemberThatBeganWithAStateMissesTheEnd() {
    room.follower("bob", Reach.END, 13, 14);

    expect(1, 15, "lost");
  }

  @Test
  void aMemberThatNeverGotAnything() {
    room.followed("ada", Reach.ALL, List.of());

    expect(1, 1, "lost");
  }

  @Test
  void aMemberGetsAnEventTwice() {
    var twice = room.piece(13, 14).sightings();
    var seen = List.of(twice.get(0), twice.get(1), twice.get(1));
    room.followed("bob", Reach.ALL, List.of(new Witness("ws", 12, false, 1, seen)));

    expect(4, 14, "doubled");
  }

  @Test
  void aSnapshotShowsWhatIsOlderThanTheMembership() {
    room.snapshot("bob", 14, 9, 13, 14);

    expect(9, 14, "does not exist at this seq");
  }

  @Test
  void aSnapshotShowsWhatWasNeverForThem() {
    room.snapshot("bob", 14, 12, 13, 14);

    expect(6, 12, "shown to bob");
  }

  @Test
  void aSnapshotHidesWhatIsForThem() {
    room.snapshot("bob", 14, 14);

    expect(9, 13, "missing; its latest event is seq 13");
  }

  @Test
  void aSnapshotForOneWhoWasRemoved() {
    room.snapshot("bob", 11, 7);

    expect(9, 11, "does not exist");
  }

  @Test
  void oneWhoWasRemovedWrites() {
    room.removed("bob").posted("bob");

    expect(6, 17, "bob wrote an event here without being a member");
  }

  @Test
  void oneWhoWasShutOutWrites() {
    room.posted("eve");

    expect(
        6, 16, "eve wrote an event here without being a member; the channel was closed by seq 4");
  }

  @Test
  void aReaderWrites() {
    room.set("bob", "reader").posted("bob");

    expect(6, 17, "bob wrote an event here as reader");
  }

  @Test
  void aMemberWithoutTheRightChangesMembers() {
    room.set("eve", "member", "bob");

    expect(6, 16, "bob wrote a change of member:eve here as member");
  }

  @Test
  void whoMayWritesAndLeaves() {
    room.posted("bob").set("eve", "reader", "ada").removed("bob", "bob").removed("eve", "ada");

    assertInstanceOf(Verdict.Holds.class, room.judge());
  }

  @Test
  void whileItIsOpenEverybodyWritesAndReads() {
    var open = new WatchedRoom("eve").events(2).posted("eve").follower("eve", Reach.ALL, 1, 3);

    assertInstanceOf(Verdict.Holds.class, open.admitted("eve", 3, 0, 0).judge());
  }

  @Test
  void itStaysClosedWhenTheLastMemberHasGone() {
    room.removed("bob").removed("ada").events(1).admitted("ada", 18);

    expect(6, 18, "ada was let in");
  }

  private void expect(int invariant, long seq, String words) {
    var found = assertInstanceOf(Verdict.Broken.class, room.judge()).counterexample();
    assertAll(
        () -> assertTrue(found.sentence().contains(words), found.sentence()),
        () -> assertEquals(invariant, found.invariant(), found.sentence()),
        () -> assertEquals(seq, found.seq(), found.sentence()));
  }
}
