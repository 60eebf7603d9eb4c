package io.tailrace.client.channel;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.client.Place;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One client of one channel in a world that does what it likes: two links while a gateway is left,
 * answers of history in any order and at any time, frames lost and doubled, restarts from what was
 * kept. Decides nothing that the core decides.
 */
final class ModelWorld {
  private static final int BUFFER = 4;
  private static final int FEW = 4;
  private static final int LINKS_MAX = 2;
  private static final int TRACE = 40;

  private record Reading(long request, ChannelAction.Request asked) {}

  private final RandomGenerator random;
  private final ChannelCore core;
  private final ModelServer server;
  private final ModelFollower follower;
  private final ChannelState.Wishes wishes;
  private final boolean loses;
  private final boolean expires;
  private final boolean ghosts;
  private final boolean careless;
  private final List<Reading> readings = new ArrayList<>();
  private ChannelState state;
  private ModelFollower.@Nullable Kept kept;
  private ModelServer.@Nullable Link target;
  private @Nullable ChannelInput older;
  // What came last, for the message of a failure.
  private final ArrayDeque<Object> trace = new ArrayDeque<>();
  private long refs;
  private long recoveries;

  ModelWorld(RandomGenerator random, Set<Rule> rules) {
    this.random = random;
    this.core = new ChannelCore(FakeLog.CHANNEL, BUFFER, FEW, rules);
    this.loses = random.nextInt(3) == 0;
    this.expires = random.nextInt(3) == 0;
    this.careless = random.nextInt(4) == 0;
    this.ghosts = random.nextInt(3) > 0;
    boolean tails = random.nextInt(6) == 0;
    this.wishes = new ChannelState.Wishes(random.nextBoolean(), random.nextBoolean());
    this.server = new ModelServer(random, careless);
    this.follower = new ModelFollower(server, wishes.rollBack(), !loses && !ghosts, tails);
    this.state = ChannelState.begin(tails ? null : Place.START, wishes);
  }

  long recoveries() {
    return recoveries;
  }

  /** The last inputs with the decisions they led to. */
  String trace() {
    StringBuilder lines = new StringBuilder();
    trace.forEach(each -> lines.append("\n  ").append(each));
    return lines.toString();
  }

  void hostileStep() {
    switch (random.nextInt(20)) {
      case 0, 1, 2 -> server.write();
      case 3, 4 -> server.advance();
      case 5, 6, 7 -> serve();
      case 8, 9, 10, 11 -> deliver();
      case 12, 13 -> {
        if (random.nextInt(4) == 0) {
          followAgain();
        }
        ask();
      }
      case 14, 15 -> history();
      case 16 -> move();
      case 17 -> cut();
      case 18 -> rare();
      default -> {
        if (ghosts && random.nextBoolean()) {
          server.ghost();
        } else {
          repeat();
        }
      }
    }
  }

  private void rare() {
    switch (random.nextInt(12)) {
      case 0 -> {
        if (random.nextInt(3) == 0) {
          server.newEpoch();
        }
      }
      case 1 -> server.revoke();
      case 2, 3 -> {
        if (!server.member) {
          server.admit();
        }
      }
      case 4, 5 -> {
        if (expires) {
          server.expire();
        }
      }
      case 6, 7 -> kept = follower.keep(state.applied());
      case 8 -> restart();
      default -> followAgain();
    }
  }

  /** The network is kind from here on: everything that can be known must come. */
  void settle() {
    server.kind = true;
    if (!server.member) {
      server.admit();
    }
    if (loses) {
      server.links().stream().toList().forEach(this::disconnect);
    }
    for (int i = 0; i < 4_000 && !complete(); i++) {
      // What was rolled back shows by the next event where no gateway could tell: this one compares
      // no chains, or was asked before the follower got there from the gateway that it left. Where
      // that
      // event takes the place of the one that was rolled back, it shows by the one after it.
      if ((i == 2_000 || i == 3_000) && (careless || follower.ahead())) {
        server.write();
      }
      followAgain();
      server.advance();
      ask();
      serve();
      deliver();
      history();
      if (i % 16 == 0) {
        leaveOldLink();
      }
    }
    assertTrue(complete(), "it does not come to the head: " + state);
  }

  private boolean complete() {
    return state.phase() instanceof Phase.Live(boolean told) && told && follower.complete();
  }

  // ---- what the shell does

  private ModelServer.Link target() {
    ModelServer.Link to = target;
    if (to == null) {
      to = server.connect();
      target = to;
    }
    return to;
  }

  private void ask() {
    ModelServer.Link to = target();
    boolean moves = state.subscribed() && state.home() != to.number && state.asked().ref() == 0;
    if (state.phase() instanceof Phase.Idle || moves) {
      long ref = ++refs;
      to.ask(ref, state.applied());
      recoveries++;
      take(new ChannelInput.Asked(to.number, ref));
    }
  }

  /** A gateway says that it leaves: another link, while this one goes on. */
  private void move() {
    if (server.links().size() < LINKS_MAX && target != null && random.nextInt(3) == 0) {
      target = server.connect();
    } else if (random.nextInt(3) == 0) {
      leaveOldLink();
    }
  }

  private void leaveOldLink() {
    ModelServer.Link now = target;
    if (now != null && state.home() == now.number) {
      server.links().stream().filter(l -> l != now).toList().forEach(this::disconnect);
    }
  }

  private void cut() {
    List<ModelServer.Link> links = server.links();
    if (!links.isEmpty() && random.nextInt(2) == 0) {
      disconnect(links.get(random.nextInt(links.size())));
    }
  }

  private void disconnect(ModelServer.Link link) {
    server.disconnect(link);
    if (link == target) {
      target = server.links().isEmpty() ? null : server.links().getFirst();
    }
    take(new ChannelInput.Disconnected(link.number));
  }

  private void serve() {
    List<ModelServer.Link> links = server.links();
    if (!links.isEmpty()) {
      server.serve(links.get(random.nextInt(links.size())));
    }
  }

  private void deliver() {
    List<ModelServer.Link> links = server.links();
    if (links.isEmpty()) {
      return;
    }
    ChannelInput next = links.get(random.nextInt(links.size())).down.poll();
    if (next == null) {
      return;
    }
    boolean event = next instanceof ChannelInput.Arrived;
    if (!server.kind && loses && event && random.nextInt(25) == 0) {
      return; // lost
    }
    take(next);
    if (!server.kind && event && random.nextInt(10) == 0) {
      take(next); // doubled
    }
    if (random.nextInt(10) == 0) {
      older = next;
    }
  }

  /** An event that was applied comes once more. */
  private void repeat() {
    // Of the same epoch: a link keeps its order, and the reset came after those of the one before.
    Place applied = state.applied();
    if (applied != null
        && older instanceof ChannelInput.Arrived(_, var event)
        && event.seq() <= state.seq()
        && event.envelope().id().startsWith(applied.epoch() + "-")) {
      take(older);
    }
  }

  private void history() {
    if (!readings.isEmpty()) {
      // In any order, however late.
      Reading reading = readings.remove(random.nextInt(readings.size()));
      take(server.answer(reading.request(), reading.asked()));
    }
  }

  private void followAgain() {
    if (state.phase() instanceof Phase.Ended && server.member) {
      take(new ChannelInput.Again());
    }
  }

  private void restart() {
    ModelFollower.Kept from = kept;
    if (from != null) {
      server.links().stream().toList().forEach(server::disconnect);
      target = null;
      readings.clear();
      follower.restart(from);
      state = ChannelState.begin(from.place(), wishes);
    }
  }

  private void take(ChannelInput input) {
    boolean answers = input instanceof ChannelInput.Subscribed s && s.ref() == state.asked().ref();
    boolean concerns =
        input instanceof ChannelInput.Reset r
            && (r.link() == state.home() || r.link() == state.asked().link());
    boolean forbidden =
        input instanceof ChannelInput.Refused r
            && r.ref() == state.asked().ref()
            && r.retryAfterMs() == null;
    int before = state.epoch();
    Decision decision = core.decide(state, input);
    state = decision.state();
    trace.add(input);
    trace.add(decision);
    while (trace.size() > TRACE) {
      trace.remove();
    }
    for (ChannelAction action : decision.actions()) {
      follower.take(action);
      switch (action) {
        case ChannelAction.ReadPage a -> readings.add(new Reading(a.request(), a));
        case ChannelAction.ReadSnapshot a -> readings.add(new Reading(a.request(), a));
        case ChannelAction.ReadContract a -> readings.add(new Reading(a.request(), a));
        case ChannelAction.AskAgain _,
            ChannelAction.Deliver _,
            ChannelAction.TellLive _,
            ChannelAction.TellReset _,
            ChannelAction.TellSnapshot _,
            ChannelAction.TellTrouble _,
            ChannelAction.Unsubscribe _,
            ChannelAction.TellEnded _ -> {
          // the follower's business; the walk asks when it likes
        }
      }
    }
    assertTrue(
        !forbidden || state.phase() instanceof Phase.Ended, "asks again although it may not");
    if (concerns && input instanceof ChannelInput.Reset r) {
      follower.lowered(r.epoch(), r.after());
    }
    if (answers && input instanceof ChannelInput.Subscribed s && s.epoch() >= before) {
      follower.heard(s.epoch(), s.head());
    }
  }
}
