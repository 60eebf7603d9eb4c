package io.tailrace.gateway.lane;

import static io.tailrace.gateway.lane.Written.OWNER;
import static io.tailrace.gateway.lane.Written.all;
import static io.tailrace.gateway.lane.Written.bytes;
import static io.tailrace.gateway.lane.Written.event;
import static io.tailrace.gateway.lane.Written.offer;
import static io.tailrace.gateway.lane.Written.queue;
import static io.tailrace.gateway.lane.Written.roomFor;
import static io.tailrace.gateway.lane.Written.shed;
import static io.tailrace.gateway.lane.Written.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class SendQueueTest {
  @Test
  void higherLanesGoFirstButWhatHasBegunIsFinished() {
    SendQueue queue = queue(1000, 100);
    offer(queue, Lane.SIGNAL, "typing");
    offer(queue, Lane.METADATA, "count");
    assertEquals("co", write(queue, 2));
    event(queue, "event");

    assertEquals("unteventtyping", write(queue, 100));
    assertTrue(queue.isEmpty());
    assertEquals(0, queue.bytes());
  }

  @Test
  void aFullQueueRefusesEventsAndStillTakesAnswersBehindThem() {
    SendQueue queue = queue(400, 100);
    assertTrue(event(queue, "one"));
    assertTrue(event(queue, "two"));
    assertTrue(event(queue, "six"));

    assertFalse(event(queue, "x".repeat(50)));

    assertTrue(queue.answer(bytes("behind")));
    assertEquals("onetwosixbehind", write(queue, 100));
  }

  @Test
  void anAnswerTooManyIsRefused() {
    SendQueue queue = new SendQueue(new SendQueue.Bounds(200, 10, 240), new Account());
    assertTrue(queue.answer(bytes("1")));
    assertTrue(queue.answer(bytes("2")));
    assertFalse(queue.answer(bytes("x".repeat(30))));
  }

  @Test
  void anEmptyQueueTakesWhatIsLargerThanItself() {
    SendQueue queue = queue(100, 100);
    assertTrue(event(queue, "x".repeat(5000)));
    assertFalse(event(queue, "y"));
    assertEquals(5000, write(queue, 10_000).length());
    assertTrue(event(queue, "y"));
  }

  @Test
  void whatIsDroppedLeavesTheRestOfWhatHasBegun() {
    SendQueue queue = queue(1000, 100);
    event(queue, "begun");
    event(queue, "waiting");
    assertEquals("be", write(queue, 2));

    queue.dropUnsent();
    queue.answer(bytes("close"));

    assertEquals("gunclose", write(queue, 100));
    assertTrue(queue.isEmpty());
    assertEquals(0, queue.bytes());
  }

  @Test
  void whateverIsWrittenAtOnceTheStreamIsTheSame() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int run = 0; run < 500; run++) {
      SendQueue queue = queue(50_000, 1000);
      StringBuilder expected = new StringBuilder();
      StringBuilder got = new StringBuilder();
      for (int i = 0; i < 100; i++) {
        String text = Integer.toString(i).repeat(1 + random.nextInt(20));
        boolean taken = random.nextBoolean() ? event(queue, text) : queue.answer(bytes(text));
        assertTrue(taken);
        expected.append(text);
        got.append(write(queue, random.nextInt(60)));
      }
      while (!queue.isEmpty()) {
        got.append(write(queue, 1 + random.nextInt(60)));
      }
      assertEquals(expected.toString(), got.toString(), "seed " + seed);
      assertEquals(0, queue.bytes());
    }
  }

  private static Subject subject(Lane lane, String channel, @Nullable String key) {
    return new Subject(lane, channel, key, false);
  }

  private static boolean change(SendQueue queue, String channel, String text) {
    return queue.offer(subject(Lane.PRESENCE, channel, null), Shared.of(bytes(text)));
  }

  private static boolean whole(SendQueue queue, String channel, String text) {
    return queue.offer(new Subject(Lane.PRESENCE, channel, null, true), Shared.of(bytes(text)));
  }

  @Test
  void theLatestOfAKeyTakesThePlaceOfTheOneThatWaits() {
    SendQueue queue = roomFor(100);
    Subject ann = subject(Lane.SIGNAL, "demo/chat:a", "ann typing");
    queue.offer(ann, Shared.of(bytes("old")));
    offer(queue, Lane.SIGNAL, "bob");
    queue.offer(subject(Lane.SIGNAL, "demo/chat:b", "ann typing"), Shared.of(bytes("elsewhere")));

    assertTrue(queue.offer(ann, Shared.of(bytes("a newer one"))));

    assertEquals("a newer onebobelsewhere", all(queue));
    assertEquals(0, shed(queue, Lane.SIGNAL));
  }

  @Test
  void whatHasBegunIsNotReplaced() {
    SendQueue queue = roomFor(100);
    Subject ann = subject(Lane.SIGNAL, "demo/chat:a", "ann typing");
    queue.offer(ann, Shared.of(bytes("older")));
    assertEquals("old", write(queue, 3));

    queue.offer(ann, Shared.of(bytes("new")));

    assertEquals("ernew", all(queue));
  }

  @Test
  void typingNeverFillsTheQueue() {
    SendQueue queue = queue(16_000, 1000);

    for (int i = 0; i < 1000; i++) {
      offer(queue, Lane.SIGNAL, "user " + i);
    }

    assertTrue(queue.bytes() <= 1000, queue.bytes() + " bytes");
    assertEquals(1000 - queue.entries(), shed(queue, Lane.SIGNAL));
    assertTrue(all(queue).endsWith("user 999"), "the oldest go first");
  }

  @Test
  void typingNeverTakesMoreThanItsShareOfTheEntries() {
    SendQueue queue = roomFor(160);

    for (int i = 0; i < 1000; i++) {
      offer(queue, Lane.SIGNAL, "user " + i);
    }

    assertEquals(10, queue.entries());
  }

  @Test
  void anEventShedsAllThatIsBelowBeforeItIsRefused() {
    SendQueue queue = queue(2000, 1000);
    offer(queue, Lane.SIGNAL, "signal");
    offer(queue, Lane.PRESENCE, "presence");
    offer(queue, Lane.RECEIPT, "receipt");
    offer(queue, Lane.METADATA, "metadata");

    assertTrue(event(queue, "e".repeat(1800)));
    assertFalse(event(queue, "too much"));

    assertEquals("e".repeat(1800), all(queue));
  }

  @Test
  void whatDoesNotFitInAnyCaseShedsNothing() {
    SendQueue queue = queue(1000, 1000);
    event(queue, "e".repeat(400));
    offer(queue, Lane.SIGNAL, "signal");

    assertFalse(event(queue, "x".repeat(500)));
    assertFalse(offer(queue, Lane.METADATA, "y".repeat(600)));

    assertEquals("e".repeat(400) + "signal", all(queue));
  }

  @Test
  void aListOfWhichAChangeIsShedIsShedWhole() {
    SendQueue queue = roomFor(16);
    assertTrue(change(queue, "demo/chat:a", "a1"));
    assertTrue(change(queue, "demo/chat:b", "b1"));
    assertTrue(change(queue, "demo/chat:a", "a2"));
    assertTrue(change(queue, "demo/chat:b", "b2"));

    assertTrue(change(queue, "demo/chat:b", "b3"), "the share is four: the oldest goes");

    assertFalse(change(queue, "demo/chat:a", "a3"), "it would tell what is not so");
    assertEquals(3, shed(queue, Lane.PRESENCE), "a1, a2 and a3");
    assertEquals(1, queue.pressure(), "one of them for lack of room");
    assertEquals("b1b2b3", all(queue));
    assertFalse(change(queue, "demo/chat:a", "a4"), "also when there is room again");
    assertEquals(Set.of("demo/chat:a"), queue.takeTorn());
    assertTrue(change(queue, "demo/chat:a", "a5"));
  }

  @Test
  void aWholeStateMendsAListAndReplacesWhatWaitsOfIt() {
    SendQueue queue = roomFor(16);
    for (int i = 1; i <= 5; i++) {
      change(queue, "demo/chat:a", "a" + i);
    }
    change(queue, "demo/chat:b", "b1");
    assertEquals(5, shed(queue, Lane.PRESENCE));

    assertTrue(whole(queue, "demo/chat:a", "first"));
    assertTrue(change(queue, "demo/chat:a", "a6"));
    assertTrue(whole(queue, "demo/chat:a", "second"));
    assertTrue(change(queue, "demo/chat:a", "a7"));

    assertEquals("b1seconda7", all(queue));
    assertEquals(5, shed(queue, Lane.PRESENCE));
    assertEquals(Set.of(), queue.takeTorn());
  }

  @Test
  void eventsOfAnOwnerAreDroppedFromTheFirstThatWaitsWhole() {
    SendQueue queue = roomFor(100);
    Object other = new Object();
    for (int seq = 1; seq <= 3; seq++) {
      Shared shared = Shared.of(bytes("mine" + seq));
      queue.offer(OWNER, seq - 1, shared, shared.view());
      shared = Shared.of(bytes("other" + seq));
      queue.offer(other, seq - 1, shared, shared.view());
      queue.cursor(bytes("cursor"));
    }
    queue.answer(bytes("answer"));
    assertEquals("mi", write(queue, 2));

    assertEquals(Map.of(OWNER, 1L), queue.dropEvents(OWNER::equals));

    assertEquals("ne1other1other2other3answer", all(queue));
  }

  @Test
  void bytesThatQueuesShareAreCountedOnceForAsLongAsOneHoldsThem() {
    Account account = new Account();
    SendQueue.Bounds bounds = new SendQueue.Bounds(10_000, 100, 10_000);
    SendQueue first = new SendQueue(bounds, account);
    SendQueue second = new SendQueue(bounds, account);
    Shared shared = Shared.of(new byte[1000]);

    first.offer(OWNER, 0, shared, shared.view());
    second.offer(OWNER, 0, shared, shared.view());
    assertEquals(1000 + 2 * SendQueue.ENTRY_BYTES, account.heldBytes());

    all(first);
    assertEquals(1000 + SendQueue.ENTRY_BYTES, account.heldBytes());
    write(second, 10);
    second.end();
    assertEquals(0, account.heldBytes());
  }
}
