package io.tailrace.client.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.client.ChannelEvent;
import io.tailrace.client.EventPage;
import io.tailrace.client.Place;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * The core against a hostile server and network: frames are lost, doubled and held back,
 * connections cut, windows too short, history late, epochs change. Whatever happens, the follower's
 * list is a prefix of the truth at every step, and all of it once the network is kind.
 */
class ChannelCoreSim {
  private static final int RUNS = 3_000;
  private static final int STEPS = 400;

  @Test
  void theFollowersListIsAlwaysAPrefixOfTheTruth() {
    long seed = Long.getLong("tailrace.seed", System.nanoTime());
    System.out.println("ChannelCoreSim: -Dtailrace.seed=" + seed);
    long asked = 0;
    for (int run = 0; run < RUNS; run++) {
      World world = new World(new Random(seed + run), run % 2 == 0, run % 3 != 0);
      try {
        for (int step = 0; step < STEPS; step++) {
          world.hostileStep();
        }
        world.settle();
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("seed " + seed + ", run " + run + ": " + e.getMessage(), e);
      }
      asked += world.asks;
    }
    assertTrue(asked > RUNS * 5L, "the walks recover often; else they test nothing");
  }

  /** A server with one window, one connection, one follower. */
  private static final class World {
    private final Random random;
    private final ChannelCore core = new ChannelCore(FakeLog.CHANNEL, 4);
    private final ArrayDeque<ChannelInput> wire = new ArrayDeque<>();
    private final ArrayDeque<ChannelAction> requests = new ArrayDeque<>();
    private final List<ChannelEvent> held = new ArrayList<>();
    private FakeLog log = new FakeLog(1);
    private ChannelState state;
    private long refs;
    private long asks;
    private final boolean canRollBack;
    // Without losses nothing but the core itself can leave a hole, so it must end one unasked.
    private final boolean loses;
    private boolean kind;
    private int highestEpoch;
    // The server's side of the subscription: the last seq it sent, or -1 without one.
    private long sent = -1;
    private @Nullable ChannelEvent replayed;

    World(Random random, boolean canRollBack, boolean loses) {
      this.random = random;
      this.canRollBack = canRollBack;
      this.loses = loses;
      this.state = ChannelState.begin(Place.START, canRollBack);
    }

    void hostileStep() {
      switch (random.nextInt(14)) {
        case 0, 1, 2 -> write();
        case 3, 4, 5 -> pump();
        case 6, 7, 8 -> deliver();
        case 9 -> ask();
        case 10 -> answerHistory();
        case 11 -> cut();
        case 12 -> disturb();
        default -> {
          if (random.nextInt(20) == 0) {
            newEpoch();
          }
        }
      }
    }

    void settle() {
      kind = true;
      if (loses) {
        cut();
      }
      for (int i = 0; i < 20_000 && !complete(); i++) {
        ask();
        pump();
        deliver();
        answerHistory();
      }
      assertTrue(complete(), "the follower has " + held.size() + " of " + log.head());
    }

    private boolean complete() {
      return held.size() == log.head()
          && state.epoch() == log.epoch()
          && state.phase() instanceof Phase.Live;
    }

    private void write() {
      log.append("n" + random.nextInt(1000));
    }

    private void newEpoch() {
      FakeLog next = new FakeLog(log.epoch() + 1);
      for (long seq = 1; seq <= log.head(); seq++) {
        next.append("again" + seq);
      }
      log = next;
      if (sent >= 0) {
        wire.add(new ChannelInput.Reset(log.epoch(), 0));
        sent = -1;
      }
    }

    /** The server sends the next event of the subscription, or gives up on it. */
    private void pump() {
      if (sent < 0 || sent >= log.head()) {
        return;
      }
      if (!kind && random.nextInt(30) == 0) {
        wire.add(new ChannelInput.Behind(sent, log.head()));
        sent = -1;
        return;
      }
      sent++;
      wire.add(new ChannelInput.Arrived(log.at(sent)));
    }

    private void ask() {
      if (!(state.phase() instanceof Phase.Idle)) {
        return;
      }
      asks++;
      long ref = ++refs;
      Place place = state.applied();
      take(new ChannelInput.Asked(ref));
      sent = -1;
      if (!kind && random.nextInt(5) == 0) {
        wire.add(new ChannelInput.Refused(ref, "not_ready", "later", 5L));
        return;
      }
      long after = place == null ? log.head() : place.seq();
      if (!kind && log.epoch() > 1 && random.nextInt(8) == 0) {
        // A gateway that reaches this epoch only later, and then says so.
        wire.add(new ChannelInput.Subscribed(ref, log.epoch() - 1, after + 9, after, null));
        wire.add(new ChannelInput.Reset(log.epoch(), 0));
        return;
      }
      boolean passed = place != null && place.epoch() != 0 && place.epoch() != log.epoch();
      Long chain = place == null ? null : place.chain();
      if (passed && random.nextBoolean()) {
        wire.add(new ChannelInput.Subscribed(ref, log.epoch(), log.head(), 0, (Long) log.head()));
        sent = log.head();
      } else if (passed) {
        wire.add(new ChannelInput.Reset(log.epoch(), 0));
      } else if (after > log.head()) {
        wire.add(new ChannelInput.Reset(log.epoch(), log.head()));
      } else if (chain != null && chain != log.chainAt(after)) {
        wire.add(new ChannelInput.Reset(log.epoch(), 0));
      } else {
        boolean window = log.head() - after <= 5;
        wire.add(
            new ChannelInput.Subscribed(
                ref, log.epoch(), log.head(), after, window ? null : (Long) log.head()));
        sent = window ? after : log.head();
      }
    }

    private void deliver() {
      ChannelInput next = wire.poll();
      if (next == null) {
        return;
      }
      boolean event = next instanceof ChannelInput.Arrived;
      if (!kind && loses && event && random.nextInt(25) == 0) {
        return; // lost
      }
      take(next);
      if (!kind && event && random.nextInt(10) == 0) {
        take(next); // doubled
      }
      if (next instanceof ChannelInput.Arrived(ChannelEvent old) && random.nextInt(10) == 0) {
        replayed = old;
      }
    }

    /** Something old or wrong comes along. */
    private void disturb() {
      if (sent > 0 && random.nextInt(4) == 0) {
        wire.add(new ChannelInput.Reset(log.epoch(), random.nextLong(sent)));
        sent = -1;
      }
      if (replayed != null && replayed.seq() <= log.head() && sameContent(replayed)) {
        take(new ChannelInput.Arrived(replayed));
      }
      take(new ChannelInput.Subscribed(refs - 1, log.epoch(), log.head(), log.head(), null));
      if (log.epoch() > 1) {
        take(new ChannelInput.Reset(log.epoch() - 1, 0));
      }
    }

    private boolean sameContent(ChannelEvent event) {
      return log.at(event.seq()).chain() == event.chain();
    }

    private void cut() {
      wire.clear();
      sent = -1;
      take(new ChannelInput.Disconnected());
    }

    private void answerHistory() {
      ChannelAction next = requests.poll();
      if (!(next instanceof ChannelAction.ReadPage page)) {
        return;
      }
      if (!kind && random.nextInt(4) == 0) {
        String code = random.nextBoolean() ? "wait_timeout" : "unreachable";
        take(new ChannelInput.HistoryRefused(page.request(), 0, code, "late", null, null));
      } else if (page.epoch() != log.epoch()) {
        Integer epoch = random.nextBoolean() ? log.epoch() : null;
        take(
            new ChannelInput.HistoryRefused(
                page.request(), 410, "epoch_changed", "passed", null, epoch));
      } else {
        long to = Math.min(log.head(), page.after() + 3);
        take(
            new ChannelInput.PageRead(
                page.request(),
                new EventPage(
                    FakeLog.CHANNEL,
                    log.epoch(),
                    log.head(),
                    log.between(page.after(), to),
                    to < log.head() ? (Long) to : null)));
      }
    }

    private void take(ChannelInput input) {
      Decision decision = core.decide(state, input);
      state = decision.state();
      for (ChannelAction action : decision.actions()) {
        switch (action) {
          case ChannelAction.Deliver deliver -> {
            assertEquals(held.size() + 1L, deliver.event().seq());
            held.add(deliver.event());
          }
          case ChannelAction.TellReset reset -> {
            assertTrue(canRollBack || reset.after() == 0, "who cannot roll back drops all");
            held.subList((int) reset.after(), held.size()).clear();
          }
          case ChannelAction.ReadPage page -> requests.add(page);
          case ChannelAction.ReadSnapshot _,
              ChannelAction.TellSnapshot _,
              ChannelAction.TellLive _,
              ChannelAction.TellTrouble _,
              ChannelAction.AskAgain _ -> {
            // the walk asks when it likes
          }
          case ChannelAction.TellEnded ended ->
              throw new AssertionError("ended: " + ended.detail());
        }
      }
      check();
    }

    /** A prefix of the truth, as far as the follower stands in the epoch that is now. */
    private void check() {
      if (state.epoch() > 0) {
        assertTrue(state.epoch() >= highestEpoch, "epochs never go back");
        highestEpoch = state.epoch();
      }
      if (state.epoch() != log.epoch() || held.isEmpty()) {
        return;
      }
      ChannelEvent last = held.getLast();
      if (last.epoch() == log.epoch()) {
        assertTrue(last.seq() <= log.head());
        assertEquals(log.chainAt(last.seq()), last.chain());
      }
    }
  }
}
