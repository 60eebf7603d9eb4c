package io.tailrace.gateway.lane;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Random use of a queue beside a simple model of it: the same is taken, written, shed and counted.
 * A failure names the seed; {@code -Dsim.seed=N} runs it alone.
 */
final class SendQueueSim {
  private static final int RUNS = 3000;
  private static final int STEPS = 300;

  @Test
  void aQueueDoesWhatItsModelDoes() {
    Long alone = Long.getLong("sim.seed");
    long first = alone == null ? System.nanoTime() : alone;
    for (long seed = first; seed < first + (alone == null ? RUNS : 1); seed++) {
      new Run(seed).run();
    }
  }

  private static final class Run {
    private final String name;
    private final Random random;
    private final long bytesMax;
    private final int entriesMax;
    private final Account account = new Account();
    private final SendQueue queue;
    private final ModelQueue model;
    private final long[] coalesced = new long[Lane.values().length];
    private final long[] shed = new long[Lane.values().length];
    private final StringBuilder events = new StringBuilder();
    private final StringBuilder written = new StringBuilder();
    private int next;

    Run(long seed) {
      name = "-Dsim.seed=" + seed;
      random = new Random(seed);
      bytesMax = 500L + random.nextInt(8000);
      entriesMax = 1 + random.nextInt(60);
      queue = new SendQueue(new SendQueue.Bounds(bytesMax, entriesMax, 1 << 20), account);
      model = new ModelQueue(bytesMax, entriesMax);
    }

    void run() {
      for (int i = 0; i < STEPS; i++) {
        step();
        assertEquals(model.entries(), queue.entries(), name);
        assertEquals(model.bytes(), queue.bytes(), name);
        assertTrue(queue.bytes() <= bytesMax || model.inLanes() == 1, name);
        assertTrue(model.inLanes() <= entriesMax, name);
      }
      written.append(Written.all(queue));
      model.write(Integer.MAX_VALUE);
      account.drainTo(this::dropped);
      assertArrayEquals(model.coalesced, coalesced, name);
      assertArrayEquals(model.shed, shed, name);
      long[] own = queue.shed();
      assertArrayEquals(model.shed, own == null ? new long[shed.length] : own, name);
      assertEquals(0, account.heldBytes(), name);
      assertEquals(0, queue.bytes(), name);
      // No event is lost or out of its order: an event's text is <number>, and nothing else is so.
      assertEquals(
          events.toString(), written.toString().replaceAll("\\[[0-9]+]|[^<>0-9]", ""), name);
    }

    private void dropped(Lane lane, long wereShed, long wereCoalesced) {
      shed[lane.place()] += wereShed;
      coalesced[lane.place()] += wereCoalesced;
    }

    private void step() {
      switch (random.nextInt(10)) {
        case 0, 1 -> write();
        case 2, 3 -> event();
        case 4 -> {
          String text = "answer" + ".".repeat(random.nextInt(20));
          assertTrue(queue.answer(Written.bytes(text)), name);
          model.answer(text);
        }
        case 5 -> {
          if (random.nextInt(20) == 0) {
            assertEquals(model.takeTorn(), queue.takeTorn(), name);
          }
        }
        default -> ephemeral();
      }
    }

    private void write() {
      int most = random.nextInt(600);
      String got = Written.write(queue, most);
      written.append(got);
      // One write takes eight entries at most.
      assertEquals(model.write(got.length()), got, name);
    }

    private void event() {
      String text = "<" + ++next + ">" + "e".repeat(random.nextInt(300));
      boolean taken = Written.event(queue, text);
      assertEquals(model.event(text), taken, name);
      if (taken) {
        events.append('<').append(next).append('>');
      }
    }

    private void ephemeral() {
      Lane lane = Waiting.LANES[1 + random.nextInt(Waiting.LANES.length - 1)];
      String key = random.nextInt(3) == 0 ? null : "key" + random.nextInt(25);
      boolean whole = lane == Lane.PRESENCE && key == null && random.nextInt(4) == 0;
      Subject subject = new Subject(lane, "demo/chat:" + random.nextInt(3), key, whole);
      String text = "[" + ++next + "]" + "x".repeat(random.nextInt(200));
      boolean taken = queue.offer(subject, Shared.of(Written.bytes(text)));
      assertEquals(model.offer(subject, text), taken, name + " " + subject);
    }
  }
}
