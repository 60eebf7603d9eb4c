package io.tailrace.write.commit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.schemas.name.Channel;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Who is next in a lane. */
class FairQueueTest {
  private final FairQueue queue = new FairQueue(1_000);

  private static Pending unit(String tenant, String name, int rows, int bytes) {
    EventRow row =
        new EventRow(
            name,
            Objects.requireNonNull(Channel.parse(tenant, "chat:a")),
            "message.posted",
            null,
            "ada",
            "1",
            bytes,
            "");
    return new Pending(new WriteUnit(Collections.nCopies(rows, row), null, false), 0, () -> {});
  }

  private void offer(String tenant, int from, int to) {
    for (int n = from; n < to; n++) {
      assertTrue(queue.offer(unit(tenant, tenant + n, 1, 1)));
    }
  }

  private List<String> taken(int count) {
    List<String> taken = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Pending next = queue.poll();
      taken.add(next == null ? "-" : next.unit.rows().getFirst().id());
    }
    return taken;
  }

  @Test
  void tenantsTakeTurnsAndEachKeepsItsOrder() {
    offer("a", 0, 5);
    offer("b", 0, 2);
    offer("c", 0, 1);

    assertEquals(List.of("a0", "b0", "c0", "a1", "b1", "a2", "a3", "a4", "-"), taken(9));
  }

  @Test
  void whoComesLateWaitsForNobodysBacklog() {
    offer("a", 0, 400);
    taken(100);

    offer("b", 0, 1);

    assertTrue(taken(2).contains("b0"));
  }

  @Test
  void beingIdleSavesNothingUp() {
    offer("a", 0, 300);
    taken(200);
    offer("b", 0, 100);

    List<String> next = taken(40);

    assertEquals(20, next.stream().filter(name -> name.startsWith("b")).count());
  }

  @Test
  void turnsAreByRowsAndBytesNotByUnits() {
    for (int n = 0; n < 50; n++) {
      assertTrue(queue.offer(unit("big", "big" + n, 100, 1)));
      assertTrue(queue.offer(unit("heavy", "heavy" + n, 1, 99 * FairQueue.BYTES_PER_COST)));
    }
    offer("small", 0, 300);

    List<String> next = taken(206);

    long ofSmall = next.stream().filter(name -> name.startsWith("small")).count();
    long ofHeavy = next.stream().filter(name -> name.startsWith("heavy")).count();
    assertTrue(ofSmall >= 197, "of small: " + ofSmall);
    assertTrue(ofHeavy >= 2 && ofHeavy <= 4, "of heavy: " + ofHeavy);
  }

  @Test
  void whoWasServedBeyondTheirShareBeginsLaterEvenAfterBeingIdle() {
    assertTrue(queue.offer(unit("big", "big0", 100, 1)));
    taken(1);
    offer("small", 0, 50);
    assertTrue(queue.offer(unit("big", "big1", 100, 1)));

    assertEquals(50, taken(50).stream().filter(name -> name.startsWith("small")).count());
  }

  @Test
  void aTenantMayHaveAsManyUnitsAsThereIsRoomLeft() {
    FairQueue small = new FairQueue(8);
    int a = 0;
    while (small.offer(unit("a", "a", 1, 1))) {
      a++;
    }
    int b = 0;
    while (small.offer(unit("b", "b", 1, 1))) {
      b++;
    }

    assertEquals(4, a);
    assertEquals(2, b);
    assertFalse(small.offer(unit("a", "a", 1, 1)));
    assertEquals(6, small.size());
  }

  @Test
  void waitsForAFirstUnitAndNotForEver() throws InterruptedException {
    assertNull(queue.poll(1, TimeUnit.MILLISECONDS));

    Thread other = Thread.ofVirtual().start(() -> offer("a", 0, 1));

    Pending unit = queue.poll(60, TimeUnit.SECONDS);
    other.join();
    assertEquals("a0", unit == null ? "none" : unit.unit.rows().getFirst().id());
  }
}
