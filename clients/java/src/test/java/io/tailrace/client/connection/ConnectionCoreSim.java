package io.tailrace.client.connection;

import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.client.Transport;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * The connection in virtual time: servers that vanish, refuse, drain and fall silent, a proxy that
 * lets no WebSocket through or holds streams back, a machine that sleeps and clocks that are put.
 * There are never more than two links, a dead one is noticed within a bounded time awake, and once
 * the world is kind there is a live WebSocket soon.
 */
class ConnectionCoreSim {
  private static final int RUNS = 3_000;
  private static final int STEPS = 300;

  @Test
  void itFindsAWayAndNoticesTheDead() {
    long seed = Long.getLong("tailrace.seed", System.nanoTime());
    System.out.println("ConnectionCoreSim: -Dtailrace.seed=" + seed);
    for (int run = 0; run < RUNS; run++) {
      assertNull(walk(seed + run), "seed " + (seed + run));
    }
  }

  private static @Nullable String walk(long seed) {
    World world = new World(new SplittableRandom(seed));
    try {
      for (int step = 0; step < STEPS; step++) {
        world.hostileStep();
      }
      world.settle();
      return null;
    } catch (AssertionError | RuntimeException e) {
      return String.valueOf(e.getMessage());
    }
  }

  /** One open link, as the network has it. */
  private static final class Wire {
    private final long link;
    private final Transport way;
    private boolean dead;
    private long deadForMs;
    private long nextCommentMs;

    Wire(ConnectionAction.Open open, boolean dead) {
      this.link = open.link();
      this.way = open.way();
      this.dead = dead;
    }
  }

  private static final class World {
    private static final long STEP_MS = 500;
    private static final long HEARTBEAT_MS = 25_000;

    private final RandomGenerator random;
    private final ConnectionCore core = new ConnectionCore(new Backoff(100, 10_000), true);
    private final List<Wire> wires = new ArrayList<>();
    private final List<ConnectionAction.Open> opening = new ArrayList<>();
    private ConnectionState state = ConnectionState.begin(Transport.AUTOMATIC);
    private long runMs = 1_000_000;
    private long wallMs = 5_000_000;
    private boolean kind;
    private boolean serverUp = true;
    private boolean socketsPass = true;
    private boolean streamsPass = true;

    World(RandomGenerator random) {
      this.random = random;
      give(new ConnectionInput.Start());
    }

    void hostileStep() {
      switch (random.nextInt(24)) {
        case 0 -> serverUp = random.nextBoolean();
        case 1 -> socketsPass = random.nextInt(3) > 0;
        case 2 -> streamsPass = random.nextInt(3) > 0;
        case 3, 4 -> wires.stream().findAny().ifPresent(wire -> wire.dead = true);
        case 5 -> wires.stream().findAny().ifPresent(wire -> end(wire, End.told(1012, "", 0)));
        case 6 ->
            wires.stream()
                .findAny()
                .ifPresent(wire -> give(new ConnectionInput.Drained(wire.link, 2_000, 20_000)));
        case 7 -> wallMs += random.nextLong(7_200_000); // a sleep in which our clock stood still
        case 8 -> {
          long slept = random.nextLong(7_200_000);
          wallMs += slept;
          runMs += slept;
        }
        case 9 -> wallMs -= random.nextLong(3_600_000);
        default -> pass();
      }
    }

    void settle() {
      kind = true;
      serverUp = true;
      socketsPass = true;
      streamsPass = true;
      // A probe comes at the latest after its longest pause.
      long limit = ConnectionCore.PROBE_MAX_MS * 2 / STEP_MS;
      for (long i = 0; i < limit && !well(); i++) {
        pass();
      }
      assertTrue(well(), "no live WebSocket: " + state);
    }

    private boolean well() {
      return state.next() == null
          && wires.stream()
              .anyMatch(wire ->
                  wire.link == state.target() && !wire.dead && wire.way == Transport.WEBSOCKET);
    }

    private void pass() {
      runMs += STEP_MS;
      wallMs += STEP_MS;
      List<ConnectionAction.Open> now = List.copyOf(opening);
      opening.clear();
      now.forEach(this::connect);
      for (Wire wire : List.copyOf(wires)) {
        live(wire);
      }
      if (state.next() != null && (kind || random.nextInt(8) == 0)) {
        give(new ConnectionInput.Settled());
      }
      give(new ConnectionInput.Tick());
    }

    private void connect(ConnectionAction.Open open) {
      if (!kind && random.nextInt(6) == 0) {
        return; // swallowed: nobody answers
      }
      if (!serverUp) {
        give(new ConnectionInput.Closed(open.link(), End.unreached("nobody there")));
      } else if (open.way() == Transport.WEBSOCKET && !socketsPass) {
        give(new ConnectionInput.Closed(open.link(), End.told(403, "a proxy", 0)));
      } else if (!kind && random.nextInt(8) == 0) {
        give(new ConnectionInput.Closed(open.link(), End.told(503, "overload", 1_000)));
      } else {
        Wire wire = new Wire(open, open.way() == Transport.SSE && !streamsPass);
        wires.add(wire);
        give(new ConnectionInput.Opened(open.link()));
        if (open.way() == Transport.WEBSOCKET) {
          give(new ConnectionInput.Welcomed(open.link(), HEARTBEAT_MS, wallMs + 600_000));
        } else {
          give(new ConnectionInput.Asked(open.link()));
        }
      }
    }

    /** Streams bring comments; who is dead for long must have been given up. */
    private void live(Wire wire) {
      if (!wire.dead && !serverUp) {
        end(wire, End.broken("the server went"));
        return;
      }
      if (wire.dead) {
        wire.deadForMs += STEP_MS;
        assertTrue(
            wire.deadForMs <= ConnectionCore.POLL_SILENCE_MS + STEP_MS * 2,
            "a dead link is kept: " + state);
      } else if (wire.way != Transport.WEBSOCKET && runMs >= wire.nextCommentMs) {
        wire.nextCommentMs = runMs + 15_000;
        give(new ConnectionInput.Heard(wire.link, runMs));
      }
    }

    private void end(Wire wire, End end) {
      wires.remove(wire);
      give(new ConnectionInput.Closed(wire.link, end));
    }

    private void give(ConnectionInput input) {
      var decision = core.decide(state, input, new Moment(runMs, wallMs, random.nextDouble()));
      state = decision.state();
      for (ConnectionAction action : decision.actions()) {
        switch (action) {
          case ConnectionAction.Open open -> opening.add(open);
          case ConnectionAction.Close close -> {
            wires.removeIf(wire -> wire.link == close.link());
            opening.removeIf(open -> open.link() == close.link());
          }
          case ConnectionAction.Ping ping ->
              wires.stream()
                  .filter(wire -> wire.link == ping.link() && !wire.dead)
                  .findAny()
                  .ifPresent(wire -> give(new ConnectionInput.Heard(wire.link, runMs)));
          case ConnectionAction.Renew renew ->
              give(new ConnectionInput.Authed(renew.link(), wallMs + 600_000));
          case ConnectionAction.Use _,
              ConnectionAction.Lose _,
              ConnectionAction.TellDown _,
              ConnectionAction.TellRefused _ -> {
            // channels and listeners are not here
          }
        }
      }
      assertTrue(wires.size() + opening.size() <= 2, "more than two links");
    }
  }
}
