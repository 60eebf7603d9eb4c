package io.tailrace.gateway.lane;

import static io.tailrace.gateway.lane.Written.all;
import static io.tailrace.gateway.lane.Written.event;
import static io.tailrace.gateway.lane.Written.offer;
import static io.tailrace.gateway.lane.Written.roomFor;
import static io.tailrace.gateway.lane.Written.shed;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/**
 * The priority table, row by row: each test holds two lanes that stand next to each other, and
 * fails where these two are swapped.
 */
final class PriorityTest {
  /** Room for so many that every lane's share of it is at least two. */
  private static final int ROOM = 32;

  @Test
  void eventsStandAboveMetadata() {
    holds(Lane.EVENT, Lane.METADATA);
  }

  @Test
  void metadataStandsAboveReceipts() {
    holds(Lane.METADATA, Lane.RECEIPT);
  }

  @Test
  void receiptsStandAbovePresence() {
    holds(Lane.RECEIPT, Lane.PRESENCE);
  }

  @Test
  void presenceStandsAboveSignals() {
    holds(Lane.PRESENCE, Lane.SIGNAL);
  }

  private static void holds(Lane upper, Lane lower) {
    theUpperLeavesFirst(upper, lower);
    theUpperMakesTheLowerGive(upper, lower);
    theLowerNeverMakesTheUpperGive(upper, lower);
  }

  private static void theUpperLeavesFirst(Lane upper, Lane lower) {
    SendQueue queue = roomFor(ROOM);
    offer(queue, lower, "low");
    offer(queue, upper, "up");

    assertEquals("uplow", all(queue));
  }

  /** The queue holds one of each and, above them, only events, which fill it. */
  private static void theUpperMakesTheLowerGive(Lane upper, Lane lower) {
    SendQueue queue = full(lower, "low");

    assertTrue(offer(queue, upper, "up"));

    assertEquals(1, shed(queue, lower));
    assertEquals(0, shed(queue, upper));
  }

  private static void theLowerNeverMakesTheUpperGive(Lane upper, Lane lower) {
    SendQueue queue = full(upper, "up");

    assertFalse(offer(queue, lower, "low"));

    assertEquals(1, shed(queue, lower));
    assertEquals(0, shed(queue, upper));
  }

  private static SendQueue full(Lane lane, String text) {
    SendQueue queue = roomFor(ROOM);
    offer(queue, lane, text);
    for (int i = 1; i < ROOM; i++) {
      assertTrue(event(queue, "."));
    }
    return queue;
  }
}
