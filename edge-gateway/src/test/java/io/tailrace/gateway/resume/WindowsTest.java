package io.tailrace.gateway.resume;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.gateway.encode.Frame;
import io.tailrace.schemas.event.MemberChange;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class WindowsTest {
  private static final String A = "demo/chat:a";
  private final Windows windows = new Windows(1000, 10_000, new long[] {5, 7});
  private long offset = 4;

  private Frame frame(long seq, long chain, boolean membership) {
    offset++;
    return new Frame(
        new Frame.Place(A, 0, offset, 1, seq, chain),
        0,
        offset,
        membership ? new MemberChange("ann", null) : null,
        new byte[90]);
  }

  private Sighting see(long seq, long chain) {
    return windows.accept(frame(seq, chain, false));
  }

  private ChannelWindow window() {
    return Objects.requireNonNull(windows.find(A));
  }

  @Test
  void seqsThatFollowAreAppended() {
    assertEquals(Sighting.APPENDED, see(41, 410));
    assertEquals(Sighting.APPENDED, see(42, 420));
    assertTrue(window().covers(41));
    assertFalse(window().covers(40));
    assertEquals(42, window().last());
    assertEquals(410, window().chain(41));
    assertFalse(window().knowsChain(40));
  }

  @Test
  void changesOfMembersComeAndGoWithTheirFrames() {
    windows.accept(frame(1, 10, true));
    windows.accept(frame(2, 20, false));
    windows.accept(frame(3, 30, true));
    assertEquals(Set.of(1L, 3L), window().members(1, 9).keySet());
    assertEquals(Set.of(3L), window().members(2, 9).keySet());
    Windows copy = windows.copy();
    windows.accept(frame(3, 31, false));
    assertEquals(Set.of(1L), window().members(1, 9).keySet(), "another event in its place");
    assertEquals(Set.of(1L, 3L), Objects.requireNonNull(copy.find(A)).members(1, 9).keySet());
    windows.accept(frame(9, 90, true));
    assertEquals(Set.of(9L), window().members(1, 9).keySet(), "a hole begins anew");
    windows.hold(A, 0);
    windows.raiseEpoch(0, 2);
    assertEquals(Set.of(), window().members(1, 9).keySet());
    copy.hold(A, 0);
    copy.evict(1007);
    assertEquals(Set.of(3L), Objects.requireNonNull(copy.find(A)).members(1, 9).keySet());
  }

  @Test
  void theSameAgainIsARepeat() {
    see(1, 10);
    see(2, 20);
    assertEquals(Sighting.REPEATED, see(1, 10));
    assertEquals(Sighting.REPEATED, see(2, 20));
    assertEquals(2, window().last());
  }

  @Test
  void anotherChainVoidsWhatFollowed() {
    see(1, 10);
    see(2, 20);
    see(3, 30);
    assertEquals(Sighting.DIVERGED, see(2, 21));
    assertEquals(2, window().last());
    assertEquals(21, window().chain(2));
    assertNull(window().frame(3));
    assertTrue(window().covers(1));
  }

  @Test
  void aHoleBeginsTheWindowAnew() {
    see(1, 10);
    assertEquals(Sighting.HOLE, see(3, 30));
    assertFalse(window().covers(1));
    assertTrue(window().covers(3));
    assertEquals(offset, windows.completeFrom(window(), 0));
  }

  @Test
  void whatCannotBeComparedBeginsTheWindowAnew() {
    see(5, 50);
    assertEquals(Sighting.INCOMPARABLE, see(3, 30));
    assertEquals(3, window().last());
    assertEquals(offset, windows.completeFrom(window(), 0));
  }

  @Test
  void aLowerEpochIsStaleAndAHigherOneEmptiesThePartition() {
    see(1, 10);
    assertTrue(windows.raiseEpoch(0, 2));
    assertFalse(windows.raiseEpoch(0, 1));
    assertEquals(0, window().last());
    assertEquals(Sighting.STALE, see(2, 20));
    assertEquals(0, windows.epoch(1));
  }

  @Test
  void whatIsOldGoesAndMovesTheStart() {
    see(1, 10);
    long second = offset + 1;
    see(2, 20);
    windows.evict(5 + 1001);
    assertFalse(window().covers(1));
    assertTrue(window().covers(2));
    assertEquals(second, windows.completeFrom(window(), 0));
    assertTrue(window().knowsChain(2));
  }

  @Test
  void theOldestGoesWhenThereIsTooMuch() {
    for (int seq = 1; seq <= 300; seq++) {
      see(seq, seq);
    }
    windows.evict(offset);
    assertTrue(windows.bytes() <= 10_000);
    assertTrue(window().covers(250));
    assertFalse(window().covers(100));
  }

  @Test
  void aChannelThatIsHeldIsNotForgotten() {
    ChannelWindow held = windows.hold(A, 0);
    see(1, 10);
    windows.evict(1_000_000);
    assertEquals(1, windows.size());
    assertEquals(1, held.last());
    windows.release(held);
    assertEquals(0, windows.size());
    assertNull(windows.find(A));
  }

  @Test
  void aRepeatOfWhatWasEvictedIsKept() {
    ChannelWindow held = windows.hold(A, 0);
    see(1, 10);
    windows.evict(offset + 1001);
    assertFalse(held.covers(1));

    assertEquals(Sighting.REPEATED, see(1, 10));
    assertTrue(held.covers(1), "the window is said to be complete from here on");
    assertTrue(windows.completeFrom(held, 0) <= offset);
  }

  @Test
  void aRepeatKeepsAFrameAsLongAsItsLatestSighting() {
    see(1, 10);
    see(2, 20);
    see(1, 10);
    see(2, 20);
    windows.evict(6 + 1001);
    assertTrue(window().covers(1), "last sighted at 7");
  }

  @Test
  void whatTheStoreHasReadPastAndLacksIsNotValid() {
    see(1, 10);
    see(2, 20);
    see(3, 30);
    assertEquals(3, window().lastValid(1, 6), "sighted at or above the position");
    assertEquals(1, window().lastValid(1, 8));
    assertEquals(3, window().lastValid(3, 100));
    see(2, 20);
    see(3, 30);
    assertEquals(3, window().lastValid(1, 8), "seen again");
  }

  @Test
  void aMembershipEventIsWhatAReplicaMustHave() {
    see(1, 10);
    windows.accept(frame(2, 20, true));
    see(3, 30);
    assertEquals(2, window().minSeq());
    see(2, 21);
    assertEquals(2, window().minSeq());
  }

  @Test
  void aCopyGoesItsOwnWay() {
    see(1, 10);
    Windows copy = windows.copy();
    see(2, 20);
    ChannelWindow copied = copy.find(A);
    assertNotNull(copied);
    assertEquals(1, copied.last());
    assertEquals(2, window().last());
  }
}
