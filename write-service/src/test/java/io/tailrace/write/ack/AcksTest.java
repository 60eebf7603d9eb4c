package io.tailrace.write.ack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class AcksTest {
  private final Acks acks = new Acks(2);

  private static Sequenced event(String id, long seq) {
    return new Sequenced(id, 1, seq, "2026-01-01T00:00:00.000000Z", null);
  }

  @Test
  void wakesAllWhoWait() {
    var one = acks.await("a");
    var two = acks.await("a");
    var other = acks.await("b");

    acks.arrived(event("a", 7));

    assertEquals(7, one.join().seq());
    assertEquals(7, two.join().seq());
    assertFalse(other.isDone());
    assertEquals(1, acks.waiting());
  }

  @Test
  void remembersForThoseWhoAskLate() {
    acks.arrived(event("a", 1));

    assertEquals(1, acks.await("a").join().seq());
    assertEquals(0, acks.waiting());
  }

  @Test
  void forgetsTheOldestBeyondTheBound() {
    acks.arrived(event("a", 1));
    acks.arrived(event("b", 2));
    acks.arrived(event("c", 3));

    assertFalse(acks.await("a").isDone());
    assertTrue(acks.await("b").isDone());
    assertTrue(acks.await("c").isDone());
  }

  @Test
  void aRepeatTakesNoSecondPlace() {
    acks.arrived(event("a", 1));
    acks.arrived(event("a", 1));
    acks.arrived(event("b", 2));

    assertTrue(acks.await("a").isDone());
  }

  @Test
  void whoeverStopsWaitingLeavesNothingBehind() {
    var one = acks.await("a");
    var two = acks.await("a");

    acks.forget("a", one);
    assertEquals(1, acks.waiting());
    acks.forget("a", two);
    assertEquals(0, acks.waiting());
  }
}
