package io.tailrace.sequencer.emit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tailrace.schemas.event.Position;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;

/**
 * Random histories of a source with one slot, several relays that lose it, die and append late, and
 * partitions that each fold what reaches them. At the end a last relay runs undisturbed, and every
 * partition must be the commit order of its rows.
 */
class RelaysSim {
  private static final int RUNS = 3000;

  private record Row(String id, int partition, int channel) {}

  private record Transaction(long commit, long xid, List<Row> rows) {}

  /** A row on its way, with the partition's queue it stands in. */
  private record Sent(Input.Row input, long commit) {}

  private static final class Relay {
    private final long start;
    private long after;
    private int next;
    private final List<Deque<Sent>> flying = new ArrayList<>();

    Relay(World world) {
      start = world.confirmed;
      after = start;
      next = (int) world.source.stream().filter(t -> t.commit() <= start).count();
      for (int i = 0; i < world.partitions; i++) {
        flying.add(new ArrayDeque<>());
      }
    }

    /** Reads the next transaction of the slot. */
    void read(World world) {
      if (next == world.source.size()) {
        return;
      }
      Transaction t = world.source.get(next++);
      for (int i = 0; i < t.rows().size(); i++) {
        Row row = t.rows().get(i);
        Position position = new Position(1, 1, after, t.xid(), i);
        flying
            .get(row.partition())
            .add(new Sent(Rows.row(row.id(), row.channel(), position), t.commit()));
      }
      after = t.commit();
    }

    void deliver(World world, int partition) {
      Sent sent = flying.get(partition).poll();
      if (sent != null) {
        world.logs.get(partition).take(sent.input());
      }
    }

    /** What may be flushed: everything read of which nothing is on its way. */
    long acknowledged() {
      long oldest = after + 1;
      for (Deque<Sent> queue : flying) {
        if (!queue.isEmpty()) {
          oldest = Math.min(oldest, queue.peek().commit());
        }
      }
      return oldest - 1;
    }

    /** Dies: of what is on its way only a beginning still arrives, later. */
    void die(RandomGenerator random) {
      for (Deque<Sent> queue : flying) {
        int arriving = random.nextInt(queue.size() + 1);
        while (queue.size() > arriving) {
          queue.removeLast();
        }
      }
    }
  }

  private static final class World {
    final List<Transaction> source = new ArrayList<>();
    final List<PartitionFold> logs = new ArrayList<>();
    final int partitions;
    long confirmed;

    World(RandomGenerator random) {
      partitions = 1 + random.nextInt(3);
      for (int i = 0; i < partitions; i++) {
        logs.add(new PartitionFold());
      }
      int transactions = 1 + random.nextInt(12);
      for (int t = 0; t < transactions; t++) {
        List<Row> rows = new ArrayList<>();
        int count = random.nextInt(4);
        for (int i = 0; i < count; i++) {
          int channel = random.nextInt(2 * partitions);
          rows.add(new Row("t" + t + "r" + i, channel % partitions, channel));
        }
        // Commit positions rise by more than one; ids are in no order.
        source.add(new Transaction(100L * (t + 1) + random.nextInt(90), 1000 - 7L * t, rows));
      }
    }
  }

  @Test
  void everyPartitionIsTheCommitOrder() {
    long seed = Long.getLong("sim.seed", System.nanoTime());
    System.out.println("RelaysSim seed " + seed);
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    for (int run = 0; run < RUNS; run++) {
      run(random, "seed " + seed + ", run " + run);
    }
  }

  private void run(RandomGenerator random, String which) {
    World world = new World(random);
    List<Relay> relays = new ArrayList<>(List.of(new Relay(world)));
    int steps = random.nextInt(80);
    for (int i = 0; i < steps; i++) {
      Relay holder = relays.getLast();
      switch (random.nextInt(10)) {
        case 0, 1, 2 -> holder.read(world);
        case 3 -> world.confirmed = Math.max(world.confirmed, flushable(world, holder));
        case 4 -> {
          if (random.nextInt(3) == 0) {
            if (random.nextBoolean()) {
              holder.die(random);
            }
            relays.add(new Relay(world));
          }
        }
        default -> {
          // Any relay's rows may arrive, also those of one that lost the slot long ago.
          Relay any = relays.get(random.nextInt(relays.size()));
          any.deliver(world, random.nextInt(world.partitions));
        }
      }
    }
    finish(world, relays);
    for (int p = 0; p < world.partitions; p++) {
      int partition = p;
      List<String> expected =
          world.source.stream()
              .flatMap(t -> t.rows().stream())
              .filter(row -> row.partition() == partition)
              .map(Row::id)
              .toList();
      assertEquals(expected, world.logs.get(p).ids(), which);
    }
  }

  /** The slot is flushed to a commit, and never past what the holder knows to be in the log. */
  private static long flushable(World world, Relay holder) {
    long acknowledged = holder.acknowledged();
    return world.source.stream()
        .mapToLong(Transaction::commit)
        .filter(c -> c <= acknowledged && c <= holder.after)
        .max()
        .orElse(world.confirmed);
  }

  private void finish(World world, List<Relay> relays) {
    Relay last = new Relay(world);
    for (int i = 0; i < world.source.size(); i++) {
      last.read(world);
    }
    relays.add(last);
    for (Relay relay : relays.reversed()) {
      for (int p = 0; p < world.partitions; p++) {
        while (!relay.flying.get(p).isEmpty()) {
          relay.deliver(world, p);
        }
      }
    }
  }
}
