package io.tailrace.relay.slot;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.schemas.event.Position;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ForkCheckTest {
  private static final long WAL_END = 5000;
  private static final Instant KEPT_SINCE = Instant.ofEpochMilli(1_000_000);

  private final ForkCheck check =
      new ForkCheck(new Position(2, 3, 0, 0, 0), WAL_END, KEPT_SINCE, Set.of("here"));

  private static LastAccepted last(int incarnation, int timeline, long after, String id, long ms) {
    return new LastAccepted(0, new Position(incarnation, timeline, after, 9, 0), id, ms);
  }

  private String refusal(LastAccepted last) {
    return String.valueOf(
        assertThrows(SlotException.class, () -> check.require(List.of(last))).getMessage());
  }

  @Test
  void aRowThatTheTableHoldsIsFine() {
    assertDoesNotThrow(() -> check.require(List.of(last(2, 3, 4000, "here", 2_000_000))));
  }

  @Test
  void anEmptyLogIsFine() {
    assertDoesNotThrow(() -> check.require(List.of()));
  }

  @Test
  void aRowThatTheTableLacksIsAFork() {
    assertTrue(refusal(last(2, 3, 4000, "gone", 2_000_000)).contains("not in this database"));
  }

  @Test
  void aRowOlderThanRetentionIsNotLookedFor() {
    assertDoesNotThrow(() -> check.require(List.of(last(2, 3, 4000, "gone", 999_999))));
  }

  @Test
  void aLaterTimelineInTheLogIsAFork() {
    assertTrue(refusal(last(2, 4, 100, "here", 2_000_000)).contains("timeline 4"));
  }

  @Test
  void aLogAheadOfTheWalIsAFork() {
    assertTrue(refusal(last(2, 3, WAL_END + 1, "here", 2_000_000)).contains("ahead"));
  }

  @Test
  void aLaterIncarnationInTheLogIsAFork() {
    String refusal = refusal(last(3, 1, 100, "here", 2_000_000));

    assertTrue(refusal.contains("at incarnation 3, this database at 2"), refusal);
    assertTrue(refusal.contains("tailrace rebuild"), refusal);
  }

  @Test
  void anEarlierIncarnationsPlaceSaysNothing() {
    assertDoesNotThrow(() -> check.require(List.of(last(1, 9, WAL_END * 2, "here", 2_000_000))));
  }
}
