package io.tailrace.relay.translate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tailrace.schemas.event.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Random WALs of interleaved transactions, read by streams that start anywhere up to the last
 * position known to be safe and end anywhere. What {@link Position#repeats} lets through must be
 * every row once, in commit order, per partition.
 */
class PositionsSim {
  private static final int RUNS = 2_000;
  private static final int PARTITIONS = 3;

  /** A transaction: commit record from {@code start} to {@code end}; rows name partitions. */
  private record Tx(long xid, long start, long end, List<Integer> rows) {}

  @Test
  void everyRowOnceInCommitOrder() {
    long seed = System.nanoTime();
    System.out.println("PositionsSim seed " + seed);
    for (int run = 0; run < RUNS; run++) {
      Random random = new Random(seed + run);
      List<Tx> wal = wal(random);
      List<List<String>> accepted = replay(random, wal);
      for (int partition = 0; partition < PARTITIONS; partition++) {
        assertEquals(expected(wal, partition), accepted.get(partition), "seed " + (seed + run));
      }
    }
  }

  private static List<Tx> wal(Random random) {
    List<Tx> wal = new ArrayList<>();
    long at = 100;
    for (int i = 0; i < 2 + random.nextInt(12); i++) {
      // Ids are taken at the first write, so they say nothing about the order of commits.
      long xid = 1000L + 32L * random.nextInt(1_000) + i;
      // Sometimes other records stand between two commits, sometimes none.
      long start = at + (random.nextBoolean() ? 0 : random.nextInt(50));
      long end = start + 8;
      List<Integer> rows = new ArrayList<>();
      for (int r = 0; r <= random.nextInt(4); r++) {
        rows.add(random.nextInt(PARTITIONS));
      }
      wal.add(new Tx(xid, start, end, rows));
      at = end;
    }
    return wal;
  }

  private static List<String> expected(List<Tx> wal, int partition) {
    List<String> rows = new ArrayList<>();
    for (Tx tx : wal) {
      for (int i = 0; i < tx.rows().size(); i++) {
        if (tx.rows().get(i) == partition) {
          rows.add(tx.xid() + "." + i);
        }
      }
    }
    return rows;
  }

  private static List<List<String>> replay(Random random, List<Tx> wal) {
    List<List<String>> accepted = new ArrayList<>();
    @Nullable Position[] last = new Position[PARTITIONS];
    for (int i = 0; i < PARTITIONS; i++) {
      accepted.add(new ArrayList<>());
    }
    int confirmedTxs = 0;
    boolean complete = false;
    while (!complete) {
      // Where a slot may stand: anywhere between the end of the last confirmed commit and the
      // start of the next one.
      long low = confirmedTxs == 0 ? 50 : wal.get(confirmedTxs - 1).end();
      long high = confirmedTxs == wal.size() ? low : wal.get(confirmedTxs).start();
      long start = low + (high > low ? random.nextLong(high - low + 1) : 0);
      int rowsLeft = random.nextInt(4) == 0 ? Integer.MAX_VALUE : random.nextInt(12);
      int sent = send(random, wal, confirmedTxs, start, rowsLeft, accepted, last);
      complete = sent == wal.size();
      confirmedTxs += sent > confirmedTxs ? random.nextInt(sent - confirmedTxs + 1) : 0;
    }
    return accepted;
  }

  /** One stream; returns how many transactions from the WAL's start are now sent as a whole. */
  private static int send(
      Random random,
      List<Tx> wal,
      int from,
      long start,
      int rowsMost,
      List<List<String>> accepted,
      @Nullable Position[] last) {
    Positions positions = new Positions(1, 1, start);
    Long previous = null;
    int rowsLeft = rowsMost;
    for (int t = from; t < wal.size(); t++) {
      Tx tx = wal.get(t);
      if (random.nextInt(5) == 0) {
        // A relay message between two commits.
        long least = previous == null ? start : previous;
        if (tx.start() > least) {
          previous = least + 1 + random.nextLong(tx.start() - least);
        }
      }
      for (int i = 0; i < tx.rows().size(); i++) {
        if (rowsLeft-- <= 0) {
          return t;
        }
        int partition = tx.rows().get(i);
        Position position =
            positions.next(
                new SourceRow(
                    "id", "t", "chat:a", "x", null, null, "1", null, tx.xid(), previous, 0));
        if (!position.repeats(last[partition])) {
          last[partition] = position;
          accepted.get(partition).add(tx.xid() + "." + position.index());
        }
      }
      previous = tx.end();
    }
    return wal.size();
  }
}
