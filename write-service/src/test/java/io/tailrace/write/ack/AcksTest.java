package io.tailrace.write.ack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class AcksTest {
  private final Acks acks = new Acks(2);

  private static Sequenced event(String id, long seq) {
    return event("t/chat:x", id, seq);
  }

  private static Sequenced event(String channel, String id, long seq) {
    return new Sequenced(channel, id, 1, seq, "2026-01-01T00:00:00.000000Z", null);
  }

  @Test
  void wakesAllWhoWait() {
    var one = acks.await("t/chat:x", "a");
    var two = acks.await("t/chat:x", "a");
    var other = acks.await("t/chat:x", "b");

    acks.arrived(event("a", 7));

    assertEquals(7, one.join().seq());
    assertEquals(7, two.join().seq());
    assertFalse(other.isDone());
    assertEquals(1, acks.waiting());
  }

  @Test
  void remembersForThoseWhoAskLate() {
    acks.arrived(event("a", 1));

    assertEquals(1, acks.await("t/chat:x", "a").join().seq());
    assertEquals(0, acks.waiting());
  }

  @Test
  void forgetsTheOldestBeyondTheBound() {
    acks.arrived(event("a", 1));
    acks.arrived(event("b", 2));
    acks.arrived(event("c", 3));

    assertFalse(acks.await("t/chat:x", "a").isDone());
    assertTrue(acks.await("t/chat:x", "b").isDone());
    assertTrue(acks.await("t/chat:x", "c").isDone());
  }

  @Test
  void aRepeatTakesNoSecondPlace() {
    acks.arrived(event("a", 1));
    acks.arrived(event("a", 1));
    acks.arrived(event("b", 2));

    assertTrue(acks.await("t/chat:x", "a").isDone());
  }

  @Test
  void whoeverStopsWaitingLeavesNothingBehind() {
    var one = acks.await("t/chat:x", "a");
    var two = acks.await("t/chat:x", "a");

    acks.forget("t/chat:x", "a", one);
    assertEquals(1, acks.waiting());
    acks.forget("t/chat:x", "a", two);
    assertEquals(0, acks.waiting());
  }

  /** Whoever sends an id that another tenant used is not told of that event. */
  @Test
  void anIdIsOfItsChannelOnly() {
    acks.arrived(event("other/chat:x", "a", 7));
    var one = acks.await("t/chat:x", "a");
    acks.arrived(event("other/chat:x", "a", 8));

    assertFalse(one.isDone());
    acks.arrived(event("t/chat:x", "a", 1));
    assertEquals(1, one.join().seq());
  }
}
