package io.tailrace.gateway.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

final class PaceTest {
  private static final long MS = 1_000_000;
  private final Pace pace = new Pace(1.0, 40, 1);

  @Test
  void aShortTurnNeedsNoRest() {
    pace.turned(0, MS / 2);
    assertEquals(0, pace.restMs(MS / 2));
  }

  @Test
  void aLongTurnIsFollowedByARestOfItsLength() {
    pace.turned(0, 8 * MS);
    assertEquals(8, pace.restMs(8 * MS));
    assertEquals(3, pace.restMs(13 * MS));
    assertEquals(0, pace.restMs(16 * MS));
  }

  @Test
  void aRestHasABound() {
    pace.turned(0, 500 * MS);
    assertEquals(40, pace.restMs(500 * MS));
  }
}
