package io.tailrace.load.proxy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;

/**
 * Which connection suffers what: about every second one is left alone, and the others take each
 * kind of fault once before any comes again. One thread at a time.
 */
public final class RandomFaults implements FaultPlan {
  /** An upgrade or the head of an answer is about this long. */
  private static final int HEAD_BYTES = 250;

  /** From the end of the trigger this reaches over the frame's end into the first event. */
  private static final int SUBSCRIBED_BYTES = 200;

  private static final int FRAME_BYTES = 20_000;
  private static final int PAGE_BYTES = 4_000;
  private static final int STILL_MS = 4_000;
  private static final int COLLECTED_MS = 2_000;
  private static final int LATE_MS = 40;

  private final Random random;
  private final Deck live;
  private final Deck history;

  public RandomFaults(Random random) {
    this.random = random;
    this.live =
        new Deck(
            List.of(
                () -> cut(Trigger.CONNECTED, HEAD_BYTES),
                () -> cut(Trigger.SUBSCRIBED, SUBSCRIBED_BYTES),
                () -> cut(Trigger.EVENT, FRAME_BYTES),
                () -> halfOpen(Trigger.EVENT, FRAME_BYTES),
                () -> halfOpen(Trigger.CONNECTED, HEAD_BYTES),
                () -> new Fault.Buffer(1 + random.nextInt(COLLECTED_MS)),
                () -> new Fault.Delay(1 + random.nextInt(LATE_MS))));
    this.history =
        new Deck(
            List.of(
                () -> cut(Trigger.CONNECTED, HEAD_BYTES),
                () -> cut(Trigger.PAGE, PAGE_BYTES),
                () -> halfOpen(Trigger.PAGE, PAGE_BYTES),
                () -> new Fault.Delay(1 + random.nextInt(LATE_MS))));
  }

  @Override
  public Fault next(boolean isLive) {
    if (random.nextBoolean()) {
      return new Fault.None();
    }
    return (isLive ? live : history).deal();
  }

  private Fault cut(Trigger trigger, int bytes) {
    return new Fault.Cut(trigger, random.nextInt(bytes), random.nextBoolean());
  }

  private Fault halfOpen(Trigger trigger, int bytes) {
    return new Fault.HalfOpen(trigger, random.nextInt(bytes), 200 + random.nextInt(STILL_MS));
  }

  private final class Deck {
    private final List<Supplier<Fault>> all;
    private final Deque<Supplier<Fault>> left = new ArrayDeque<>();

    Deck(List<Supplier<Fault>> all) {
      this.all = all;
    }

    Fault deal() {
      if (left.isEmpty()) {
        var shuffled = new ArrayList<>(all);
        Collections.shuffle(shuffled, random);
        left.addAll(shuffled);
      }
      return left.remove().get();
    }
  }
}
