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
  private static final long DAY = 24 * 3_600_000L;
  private static final Instant KEPT_SINCE = Instant.ofEpochMilli(1_000_000);
  private static final long LATE = 2_000_000 + DAY;

  private final ForkCheck check =
      new ForkCheck(new Position(2, 3, 0, 0, 0), WAL_END, KEPT_SINCE, Set.of("here"));

  private static LastAccepted last(int incarnation, int timeline, long after, String id, long ms) {
    return new LastAccepted(0, new Position(incarnation, timeline, after, 9, 0), id, ms);
  }

  private String refusal(LastAccepted last) {
    return String.valueOf(
        assertThrows(SlotException.class, () -> check.require(List.of(last), List.of()))
            .getMessage());
  }

  @Test
  void aRowThatTheTableHoldsIsFine() {
    assertDoesNotThrow(() -> check.require(List.of(last(2, 3, 4000, "here", LATE)), List.of()));
  }

  @Test
  void anEmptyLogIsFine() {
    assertDoesNotThrow(() -> check.require(List.of(), List.of()));
  }

  @Test
  void aRowThatTheTableLacksIsAFork() {
    assertTrue(refusal(last(2, 3, 4000, "gone", LATE)).contains("not in this database"));
  }

  @Test
  void anEventThatTheTableLacksIsAFork() {
    SlotException refusal =
        assertThrows(
            SlotException.class,
            () -> check.require(List.of(), List.of(new LastNumbered(0, "gone", LATE))));

    assertTrue(String.valueOf(refusal.getMessage()).contains("tailrace.events"));
  }

  @Test
  void aRowOlderThanRetentionIsNotLookedFor() {
    assertDoesNotThrow(() -> check.require(List.of(last(2, 3, 4000, "gone", DAY)), List.of()));
  }

  @Test
  void aLaterTimelineInTheLogIsAFork() {
    assertTrue(refusal(last(2, 4, 100, "here", LATE)).contains("timeline 4"));
  }

  @Test
  void aLogAheadOfTheWalIsAFork() {
    assertTrue(refusal(last(2, 3, WAL_END + 1, "here", LATE)).contains("ahead"));
  }

  @Test
  void aLaterIncarnationInTheLogIsAFork() {
    String refusal = refusal(last(3, 1, 100, "here", LATE));

    assertTrue(refusal.contains("at incarnation 3, this database at 2"), refusal);
    assertTrue(refusal.contains("tailrace rebuild"), refusal);
  }

  @Test
  void anEarlierIncarnationSaysNothing() {
    assertDoesNotThrow(() -> check.require(List.of(last(1, 3, 10, "gone", LATE)), List.of()));
    assertDoesNotThrow(
        () -> check.require(List.of(last(1, 9, WAL_END * 2, "here", LATE)), List.of()));
  }
}
