package io.tailrace.schemas.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class PositionTest {
  private static final Position LAST = new Position(2, 3, 100, 50, 4);

  @Test
  void nothingRepeatsTheBeginning() {
    assertFalse(LAST.repeats(null));
  }

  @Test
  void theSameTransactionGoesOnByIndexOnly() {
    assertTrue(new Position(2, 3, 100, 50, 4).repeats(LAST));
    assertTrue(new Position(2, 3, 100, 50, 3).repeats(LAST));
    assertFalse(new Position(2, 3, 100, 50, 5).repeats(LAST));
    // Another stream started elsewhere: its `after` differs, the transaction is the same.
    assertTrue(new Position(2, 3, 90, 50, 4).repeats(LAST));
    assertFalse(new Position(2, 3, 90, 50, 5).repeats(LAST));
  }

  @Test
  void anotherTransactionIsJudgedByWhereItBegins() {
    assertTrue(new Position(2, 3, 99, 51, 9).repeats(LAST));
    assertFalse(new Position(2, 3, 100, 51, 0).repeats(LAST));
    assertFalse(new Position(2, 3, -1L, 51, 0).repeats(LAST), "LSNs are unsigned");
  }

  @Test
  void aLowerIncarnationIsDroppedAndAHigherOneBegins() {
    assertTrue(new Position(1, 9, 999, 60, 9).repeats(LAST));
    assertFalse(new Position(3, 1, 0, 1, 0).repeats(LAST));
  }

  @Test
  void aLowerTimelineIsDroppedAndAHigherOneGoesOnWhereItWas() {
    assertTrue(new Position(2, 2, 999, 60, 9).repeats(LAST));
    assertFalse(new Position(2, 4, 100, 51, 0).repeats(LAST));
    // A slot that the new primary has kept may stand behind what was accepted from the old one.
    assertTrue(new Position(2, 4, 90, 49, 0).repeats(LAST));
    assertTrue(new Position(2, 4, 90, 50, 4).repeats(LAST));
    assertFalse(new Position(2, 4, 90, 50, 5).repeats(LAST));
  }

  @Test
  void theTextFormComesBack() {
    Position position = new Position(1, 2, 0xFFFF_FFFF_0000_0001L, 4_000_000_000L, 7);

    assertEquals(position, Position.parse(position.encode()));
    assertThrows(IllegalArgumentException.class, () -> Position.parse("1.2.3.4"));
    assertThrows(IllegalArgumentException.class, () -> Position.parse("1.2.x.4.5"));
  }
}
