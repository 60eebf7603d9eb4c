package io.tailrace.load.bench;

import io.tailrace.load.fault.ManyProcesses;
import io.tailrace.standalone.cli.CommandException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Ends one of a pair of processes at a random moment, waits until the other one does all the work,
 * and starts it again, as often as is asked for.
 */
final class Takeover {
  private static final long WITHIN_NANOS = TimeUnit.SECONDS.toNanos(90);

  /** What was under way when the process ended has arrived by then. */
  private static final long UNDER_WAY_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  /** For so long everything must go well before it is said to. */
  private static final long SETTLED_NANOS = TimeUnit.SECONDS.toNanos(2);

  /** What waits for longer stood still; less is an ordinary day of a busy machine. */
  private static final long STILL_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final ManyProcesses system;
  private final Pair pair;
  private final Stalls stalls;
  private final Random random;
  private final PrintWriter log;

  /**
   * Two processes of which one can do the work of both.
   *
   * @param one the first that is ended
   * @param ending told before a process is ended which one will be left
   */
  record Pair(String one, String other, Work work, Told ending) {
    String otherThan(String name) {
      return name.equals(one) ? other : one;
    }
  }

  /** What a pair does. */
  interface Work {
    /** How much of it a process has to do: partitions, or the one stream; 0 where nothing. */
    int heldBy(String process) throws InterruptedException;

    /** Whether a process that has come back takes its part at once, or waits for its turn. */
    boolean isShared();
  }

  /** Hears which process is left. */
  @FunctionalInterface
  interface Told {
    void left(String process);
  }

  /** How a process ends, and whether it comes back by itself. */
  enum Way {
    /** SIGKILL; started again when the other one has taken over. */
    KILLED,
    /** SIGKILL; started again at once, as a supervisor does. */
    KILLED_AND_STARTED,
    /** SIGTERM; started again when the other one has taken over. */
    STOPPED
  }

  /**
   * One takeover.
   *
   * @param stallNanos the longest wait until the other one did all the work
   * @param returnNanos the longest wait from then until the one that ended shares it again; where
   *     it was started at once, all is in {@code stallNanos}
   * @param moved how much of the work the process held
   * @param stoodStill how many of those that are watched waited for longer than a second
   */
  record Seen(long stallNanos, long returnNanos, int moved, int stoodStill) {}

  Takeover(ManyProcesses system, Pair pair, Stalls stalls, Random random, PrintWriter log) {
    this.system = system;
    this.pair = pair;
    this.stalls = stalls;
    this.random = random;
    this.log = log;
  }

  /** So many, of both in turn. */
  List<Seen> take(Way way, int times, int pauseMs) throws InterruptedException {
    List<Seen> seen = new ArrayList<>();
    for (int n = 0; n < times; n++) {
      String victim = n % 2 == 0 ? pair.one() : pair.other();
      Seen one = take(way, victim, random.nextInt(pauseMs) + 1);
      seen.add(one);
      log.printf(
          "%s %s, which held %d of the work: %.2f s, %d stood still; back: %.2f s%n",
          victim,
          way,
          one.moved(),
          one.stallNanos() / 1e9,
          one.stoodStill(),
          one.returnNanos() / 1e9);
      log.flush();
    }
    return seen;
  }

  private Seen take(Way way, String victim, int pauseMs) throws InterruptedException {
    int moved = held(victim);
    pair.ending().left(pair.otherThan(victim));
    settle(System.nanoTime());
    TimeUnit.MILLISECONDS.sleep(pauseMs);
    stalls.begin();
    switch (way) {
      case KILLED, KILLED_AND_STARTED -> system.kill(victim);
      case STOPPED -> {
        int _ = system.stop(victim);
      }
    }
    long ended = System.nanoTime();
    boolean atOnce = way == Way.KILLED_AND_STARTED;
    if (atOnce) {
      system.startAgain(victim);
      comeBack(victim);
    }
    settle(ended + UNDER_WAY_NANOS);
    long stall = stalls.longestNanos();
    int still = stalls.channelsOver(STILL_NANOS);
    stalls.begin();
    if (!atOnce) {
      system.startAgain(victim);
      comeBack(victim);
      settle(System.nanoTime());
    }
    return new Seen(stall, stalls.longestNanos(), moved, still);
  }

  private void comeBack(String victim) throws InterruptedException {
    system.awaitReady(victim);
    if (pair.work().isShared()) {
      held(victim);
    }
  }

  /** Waits until everybody has the part that is due; returns how much the victim has. */
  private int held(String victim) throws InterruptedException {
    var work = pair.work();
    long until = System.nanoTime() + WITHIN_NANOS;
    while (System.nanoTime() < until) {
      int held = work.heldBy(victim);
      if (held > 0 && (!work.isShared() || work.heldBy(pair.otherThan(victim)) > 0)) {
        return held;
      }
      TimeUnit.MILLISECONDS.sleep(100);
    }
    throw new CommandException(victim + " got nothing to do");
  }

  /** Everything that is due from then on arrives, and has done so for a while. */
  private void settle(long from) throws InterruptedException {
    await(() -> stalls.isLiveSince(from));
    long since = System.nanoTime();
    await(() -> stalls.isLiveSince(since + SETTLED_NANOS));
  }

  private void await(BooleanSupplier condition) throws InterruptedException {
    long until = System.nanoTime() + WITHIN_NANOS;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > until) {
        throw new CommandException(
            "Nobody has taken over after " + WITHIN_NANOS / 1_000_000_000 + " s");
      }
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }
}
