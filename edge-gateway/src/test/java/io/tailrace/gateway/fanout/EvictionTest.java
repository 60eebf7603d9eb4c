package io.tailrace.gateway.fanout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.tailrace.gateway.ephemeral.EphemeralFrame;
import io.tailrace.gateway.lane.Budget;
import io.tailrace.gateway.lane.Lane;
import io.tailrace.gateway.session.Happening;
import io.tailrace.gateway.session.Peer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What gives when the queues of a gateway together hold too much. */
final class EvictionTest {
  private static final long BUDGET = 100_000;
  private static final long QUEUE = 1 << 20;
  private static final int EVENT = 1000;

  private final Budget budget = new Budget(BUDGET);
  private final OneShard shard = new OneShard(QUEUE / 2, budget);

  private void type(String channel, int users) {
    for (int i = 0; i < users; i++) {
      shard.show(EphemeralFrame.toAll("demo/" + channel, Lane.SIGNAL, "u" + i, new byte[EVENT]));
    }
  }

  private void see(String channel, int from, int to) {
    for (int seq = from; seq <= to; seq++) {
      shard.see(channel, seq, EVENT);
      assertTrue(budget.knownBytes() <= BUDGET, budget.knownBytes() + " bytes are held");
    }
  }

  private List<JsonNode> events(Peer peer) {
    List<JsonNode> events = new ArrayList<>();
    while (!peer.queue().isEmpty()) {
      events.addAll(shard.frames(peer));
    }
    return events;
  }

  @Test
  void theLargestGivesItsTypingFirst() {
    Peer large = shard.live(QUEUE, "chat:large");
    Peer small = shard.live(QUEUE, "chat:small");
    type("chat:large", 20);
    type("chat:small", 5);

    see("chat:large", 1, 65);

    assertTrue(large.queue().bytes() > 65 * EVENT, "all its events wait");
    assertEquals(20, shard.shed(Lane.SIGNAL), "the small one keeps what it has");
    assertEquals(5, small.queue().entries());
    assertEquals(0, shard.count(Happening.BEHIND));
  }

  @Test
  void whoseEventsAreDroppedIsBehindBelowThem() {
    Peer large = shard.live(QUEUE, "chat:large");
    Peer small = shard.live(QUEUE, "chat:small");
    see("chat:small", 1, 10);

    see("chat:large", 1, 100);

    List<JsonNode> told = events(large);
    assertEquals("behind", told.getLast().path("t").asText());
    assertEquals(told.size() - 1, told.getLast().path("after").asLong());
    assertEquals(1, shard.count(Happening.BEHIND));
    assertEquals(10, events(small).size(), "the small one is untouched");
  }

  @Test
  void eventsOfASubscriptionThatHasEndedStay() {
    Peer large = shard.live(QUEUE, "chat:left");
    see("chat:left", 1, 30);
    shard.unsubscribe(large, "chat:left");
    shard.answer(shard.subscribe(large, "chat:large", 0), 0);

    see("chat:large", 1, 60);

    List<String> told = new ArrayList<>();
    for (JsonNode frame : events(large)) {
      told.add(frame.path("channel").asText() + " " + frame.path("t").asText());
    }
    List<String> expected = new ArrayList<>(Collections.nCopies(30, "chat:left event"));
    expected.add("chat:left unsubscribed");
    expected.add("chat:large subscribed");
    expected.add("chat:large behind");
    assertEquals(expected, told, "the client was told where that one ended");
  }

  @Test
  void whatHasBegunIsFinishedAndBehindIsToldAfterIt() {
    Peer large = shard.live(QUEUE, "chat:large");
    see("chat:large", 1, 50);
    shard.takeBytes(large, EVENT + EVENT / 2);

    see("chat:large", 51, 100);

    long bytes = shard.drain(large);
    assertTrue(bytes > EVENT / 2, "the rest of the second one");
    assertTrue(bytes < EVENT, "and an answer: " + bytes);
  }

  @Test
  void whoReadsNothingAndAsksAgainAndAgainIsClosed() {
    Peer large = shard.live(QUEUE, "chat:large");
    see("chat:large", 1, 60);

    int asked = 0;
    while (shard.closed().isEmpty() && asked++ < 1000) {
      shard.answer(shard.subscribe(large, "chat:large", 0), 60);
      assertTrue(budget.knownBytes() <= BUDGET, budget.knownBytes() + " bytes are held");
    }

    assertEquals(List.of(4409), shard.closed());
  }

  @Test
  void bytesThatManyShareAreHeldOnce() {
    for (int i = 0; i < 100; i++) {
      shard.live(QUEUE, "chat:room");
    }

    see("chat:room", 1, 5);

    assertEquals(0, shard.count(Happening.EVICTED));
    assertTrue(shard.account().heldBytes() < BUDGET);
  }

  @Test
  void aShardLeavesItToTheOtherWhoseQueueIsTheLargest() {
    OneShard other = new OneShard(QUEUE / 2, budget);
    Peer large = other.live(QUEUE, "chat:large");
    Peer small = shard.live(QUEUE, "chat:small");
    for (int seq = 1; seq <= 60; seq++) {
      other.see("chat:large", seq, EVENT);
    }
    other.tick(large, 100);

    for (int seq = 1; seq <= 20; seq++) {
      shard.see("chat:small", seq, EVENT);
    }
    assertEquals(0, shard.count(Happening.EVICTED));
    assertEquals(20, small.queue().entries());
    other.tick(large, 200);

    assertEquals(1, other.count(Happening.BEHIND));
    assertFalse(budget.isShort(shard.account()));
  }
}
