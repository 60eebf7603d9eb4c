package io.tailrace.gateway.lane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class SendQueueTest {
  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** Writes at most so many bytes and returns them. */
  private static String write(SendQueue queue, int most) {
    ByteBuffer[] buffers = new ByteBuffer[8];
    int n = queue.gather(buffers);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int i = 0; i < n; i++) {
      while (buffers[i].hasRemaining() && out.size() < most) {
        out.write(buffers[i].get());
      }
    }
    queue.written();
    return out.toString(StandardCharsets.US_ASCII);
  }

  @Test
  void higherLanesGoFirstButWhatHasBegunIsFinished() {
    SendQueue queue = new SendQueue(1000, 1000);
    queue.offer(Lane.SIGNAL, bytes("typing"));
    queue.offer(Lane.METADATA, bytes("count"));
    assertEquals("co", write(queue, 2));
    queue.offer(Lane.EVENT, bytes("event"));

    assertEquals("unteventtyping", write(queue, 100));
    assertTrue(queue.isEmpty());
    assertEquals(0, queue.bytes());
  }

  @Test
  void aFullQueueRefusesEventsAndStillTakesAnswersBehindThem() {
    SendQueue queue = new SendQueue(200, 200);
    assertTrue(queue.offer(Lane.EVENT, bytes("one")));
    assertTrue(queue.offer(Lane.EVENT, bytes("two")));
    assertTrue(queue.offer(Lane.EVENT, bytes("six")));

    assertFalse(queue.offer(Lane.EVENT, bytes("x".repeat(50))));

    assertTrue(queue.answer(bytes("behind")));
    assertEquals("onetwosixbehind", write(queue, 100));
  }

  @Test
  void anAnswerTooManyIsRefused() {
    SendQueue queue = new SendQueue(200, 120);
    assertTrue(queue.answer(bytes("1")));
    assertTrue(queue.answer(bytes("2")));
    assertFalse(queue.answer(bytes("x".repeat(30))));
  }

  @Test
  void anEmptyQueueTakesWhatIsLargerThanItself() {
    SendQueue queue = new SendQueue(100, 100);
    assertTrue(queue.offer(Lane.EVENT, bytes("x".repeat(5000))));
    assertFalse(queue.offer(Lane.EVENT, bytes("y")));
    assertEquals(5000, write(queue, 10_000).length());
    assertTrue(queue.offer(Lane.EVENT, bytes("y")));
  }

  @Test
  void whatIsDroppedLeavesTheRestOfWhatHasBegun() {
    SendQueue queue = new SendQueue(1000, 1000);
    queue.offer(Lane.EVENT, bytes("begun"));
    queue.offer(Lane.EVENT, bytes("waiting"));
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
      SendQueue queue = new SendQueue(10_000, 10_000);
      StringBuilder expected = new StringBuilder();
      StringBuilder got = new StringBuilder();
      for (int i = 0; i < 100; i++) {
        String text = Integer.toString(i).repeat(1 + random.nextInt(20));
        boolean taken =
            random.nextBoolean() ? queue.offer(Lane.EVENT, bytes(text)) : queue.answer(bytes(text));
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
}
