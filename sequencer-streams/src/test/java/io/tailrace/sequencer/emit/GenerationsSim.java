package io.tailrace.sequencer.emit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tailrace.schemas.event.Position;
import io.tailrace.sequencer.number.ChannelState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;

/**
 * Generations of the sequencer over one log: each begins at what was committed, is fenced at a
 * random place, and goes on appending for a while as a zombie. A reader of uncommitted records may
 * see all of it: the same (channel, epoch, seq) must always be the same event with the same chain.
 */
class GenerationsSim {
  private static final int RUNS = 2000;

  private record Place(String channel, int epoch, long seq) {}

  @Test
  void whatIsEmittedAgainIsTheSame() {
    long seed = Long.getLong("sim.seed", System.nanoTime());
    System.out.println("GenerationsSim seed " + seed);
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    for (int run = 0; run < RUNS; run++) {
      run(random, "seed " + seed + ", run " + run);
    }
  }

  private static void run(RandomGenerator random, String which) {
    List<Input> log = log(random);
    Map<Place, String> seen = new HashMap<>();
    PartitionFold committed = new PartitionFold();
    int offset = 0;
    int generations = 1 + random.nextInt(4);
    for (int g = 0; g < generations; g++) {
      PartitionFold working = committed.copy();
      int at = offset;
      int end = g == generations - 1 ? log.size() : at + random.nextInt(log.size() - at + 1);
      while (at < end) {
        working.take(log.get(at++));
        if (random.nextInt(4) == 0) {
          committed = working.copy();
          offset = at;
        }
      }
      int zombieEnd = Math.min(log.size(), at + random.nextInt(4));
      PartitionFold zombie = working.copy();
      log.subList(at, zombieEnd).forEach(zombie::take);
      zombie.emitted().forEach(event -> see(seen, event, which));
    }
    PartitionFold straight = new PartitionFold();
    log.forEach(straight::take);
    straight.emitted().forEach(event -> see(seen, event, which));
  }

  private static void see(Map<Place, String> seen, PartitionFold.Emitted event, String which) {
    ChannelState place = event.place();
    String content = event.id() + ' ' + place.chain();
    String before =
        seen.putIfAbsent(new Place(event.channel().full(), place.epoch(), place.seq()), content);
    assertEquals(before == null ? content : before, content, which);
  }

  /** Rows, repeats, unreadable records, and sometimes another incarnation. */
  private static List<Input> log(RandomGenerator random) {
    List<Input> log = new ArrayList<>();
    int incarnation = 1;
    for (int n = 1; n <= 30; n++) {
      if (random.nextInt(20) == 0) {
        incarnation++;
      }
      Position position = new Position(incarnation, 1, 10L * n, n, 0);
      log.add(
          random.nextInt(8) == 0
              ? new Input.Unreadable(random.nextBoolean() ? position : null, "unreadable")
              : Rows.row("n" + n, random.nextInt(3), position));
      if (random.nextInt(4) == 0) {
        log.add(log.get(random.nextInt(log.size())));
      }
    }
    return log;
  }
}
