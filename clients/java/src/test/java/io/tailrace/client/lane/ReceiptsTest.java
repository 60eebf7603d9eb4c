package io.tailrace.client.lane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the scenarios of receipts do not say. */
class ReceiptsTest {
  @Test
  void thoseWhoMovedLastAreRememberedAndTheReaderItselfIsNeverSaidToHaveLess() {
    Receipts receipts = new Receipts();
    receipts.live(1, 10, "ann");
    receipts.shown(1, Map.of("ann", 5L));
    for (int i = 0; i < Receipts.READERS_MAX; i++) {
      receipts.shown(1, Map.of("u" + i, 1L));
    }
    receipts.shown(1, Map.of("u0", 2L));
    receipts.shown(1, Map.of("late", 1L));
    Map<String, Long> places = receipts.places();
    assertEquals(Receipts.READERS_MAX, places.size());
    assertEquals(2, places.get("u0"));
    assertFalse(places.containsKey("u1"));
    assertTrue(places.containsKey("late"));
    receipts.read(1, 5);
    assertEquals(0, receipts.say(0), "five are kept");
  }

  @Test
  void moreInOneFrameThanAreRememberedIsBoundedToo() {
    Receipts receipts = new Receipts();
    Map<String, Long> crowd = new HashMap<>();
    for (int i = 0; i < 2 * Receipts.READERS_MAX; i++) {
      crowd.put("u" + i, 1L);
    }
    assertTrue(receipts.shown(1, crowd));
    assertEquals(Receipts.READERS_MAX, receipts.places().size());
  }

  @Test
  void clearedNothingIsShownOrSaid() {
    Receipts receipts = new Receipts();
    receipts.live(1, 10, "ann");
    receipts.shown(1, Map.of("bob", 5L));
    receipts.read(1, 4);
    receipts.clear();
    receipts.live(1, 10, "ann");
    assertEquals(Map.of(), receipts.places());
    assertEquals(Receipts.NEVER, receipts.nextMs());
  }
}
