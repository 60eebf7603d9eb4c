package io.tailrace.gateway.join;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.schemas.join.JoinWire;
import io.tailrace.schemas.token.Identity;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class AskLanesTest {
  private static final long GATHER = 5_000_000;
  private final AskLanes lanes = new AskLanes(new AskLanes.Rules(10, 4, 2, 3, GATHER));
  private long numbers;

  private static Identity user(String name, String device, String... roles) {
    return new Identity("demo", name, device, Set.of(roles), null, Instant.EPOCH);
  }

  private boolean offer(Identity who, String channel, int partition, long minSeq, long after) {
    return lanes.offer(
        new JoinWire.Ask(++numbers, who, channel, partition, 7, minSeq, 1, after), _ -> {});
  }

  private boolean offer(String channel, int partition) {
    return offer(user("ann", "phone"), channel, partition, 0, 1);
  }

  private AskLanes.Batch sent(long nowNanos) {
    return Objects.requireNonNull(lanes.next(nowNanos));
  }

  private static List<String> channels(AskLanes.@Nullable Batch batch) {
    return Objects.requireNonNull(batch).questions().stream().map(q -> q.ask().channel()).toList();
  }

  @Test
  void anIdleLaneSendsAtOnceAndThenGathers() {
    offer("chat:a", 0);
    AskLanes.Batch first = sent(0);
    offer("chat:b", 0);
    offer("chat:c", 0);
    assertNull(lanes.next(1_000_000), "one is under way");
    assertEquals(4_000_000, lanes.nanosToNext(1_000_000));
    assertEquals(List.of("chat:b", "chat:c"), channels(lanes.next(GATHER)));
    lanes.ended(first);
    offer("chat:d", 0);
    assertNull(lanes.next(GATHER + 1));
  }

  @Test
  void whatHasGatheredGoesWhenTheOneUnderWayHasEnded() {
    offer("chat:a", 0);
    AskLanes.Batch first = sent(0);
    offer("chat:b", 0);
    lanes.ended(first);
    assertEquals(List.of("chat:b"), channels(lanes.next(1)));
  }

  @Test
  void aSlowPartitionDoesNotDelayAnother() {
    offer("chat:slow", 0);
    offer("chat:fast", 1);
    assertEquals(List.of("chat:slow"), channels(lanes.next(0)));
    assertEquals(List.of("chat:fast"), channels(lanes.next(0)));
    for (int i = 0; i < 4; i++) {
      offer("chat:slow" + i, 0);
    }
    assertEquals(3, sent(GATHER).questions().size(), "the second of partition 0, and its last");
    assertNull(lanes.next(100 * GATHER));
    assertEquals(-1, lanes.nanosToNext(100 * GATHER));
    offer("chat:fast2", 2);
    assertEquals(List.of("chat:fast2"), channels(lanes.next(GATHER)));
  }

  @Test
  void whoWaitsForAMembershipEventDelaysNobodyElse() {
    offer(user("ann", "phone"), "chat:a", 0, 9, 1);
    offer("chat:b", 0);
    assertEquals(List.of("chat:a"), channels(lanes.next(0)));
    assertEquals(List.of("chat:b"), channels(lanes.next(0)));
  }

  @Test
  void theSameQuestionIsAskedOnce() {
    offer(user("ann", "phone"), "chat:a", 0, 0, 1);
    offer(user("ann", "desk"), "chat:a", 0, 0, 1);
    AskLanes.Batch batch = sent(0);
    assertEquals(1, batch.questions().size());
    assertEquals(
        List.of(1L, 2L),
        batch.questions().getFirst().askers().stream().map(AskLanes.Asker::number).toList());
    assertEquals(0, lanes.waiting());
  }

  @Test
  void whatTheAnswerDependsOnIsNotShared() {
    offer(user("ann", "phone"), "chat:a", 0, 0, 1);
    offer(user("bob", "phone"), "chat:a", 0, 0, 1);
    offer(user("ann", "phone"), "chat:a", 0, 0, 2);
    assertEquals(3, sent(0).questions().size());
    offer(user("ann", "phone", "admin"), "chat:a", 0, 0, 2);
    offer(user("ann", "phone"), "chat:a", 0, 0, 2);
    assertEquals(2, sent(GATHER).questions().size());
  }

  @Test
  void whoComesAfterTheQuestionWasSentAsksAgain() {
    offer("chat:a", 0);
    AskLanes.Batch first = sent(0);
    offer("chat:a", 0);
    assertEquals(1, first.questions().getFirst().askers().size());
    assertEquals(List.of("chat:a"), channels(lanes.next(GATHER)));
  }

  @Test
  void thoseThatWaitHaveABound() {
    for (int i = 0; i < 10; i++) {
      assertTrue(offer("chat:a", i % 2));
    }
    assertFalse(offer("chat:a", 0), "also where the question is there already");
    sent(0);
    assertTrue(offer("chat:a", 0));
  }

  @Test
  void lanesTakeTurnsAndAllTogetherHaveABound() {
    for (int i = 0; i < 5; i++) {
      offer("chat:" + i, i);
    }
    AskLanes.Batch first = sent(0);
    assertEquals(List.of("chat:1"), channels(lanes.next(0)));
    offer("chat:again", 0);
    assertEquals(List.of("chat:2"), channels(lanes.next(GATHER)));
    assertEquals(List.of("chat:3"), channels(lanes.next(GATHER)));
    assertNull(lanes.next(GATHER), "four are under way");
    lanes.ended(first);
    assertEquals(List.of("chat:4"), channels(lanes.next(GATHER)), "before the first one's second");
  }
}
