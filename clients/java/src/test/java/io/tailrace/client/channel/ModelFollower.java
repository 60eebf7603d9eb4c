package io.tailrace.client.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.client.ChannelEvent;
import io.tailrace.client.Place;
import io.tailrace.client.Snapshot;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An application that keeps what it is told, and protests where that cannot be right. */
final class ModelFollower {
  private final ModelServer server;
  private final boolean rollsBack;
  private final boolean faultless;
  private List<ChannelEvent> events = new ArrayList<>();
  private Map<String, ChannelEvent> snapshot = new HashMap<>();
  private int epoch;
  private long at;
  private long base;
  // Began at the head: holds no state, only what came since.
  private final boolean tails;
  private boolean anywhere;
  private long headTold;

  /** What an application writes to its disk. */
  record Kept(
      List<ChannelEvent> events,
      Map<String, ChannelEvent> snapshot,
      int epoch,
      long at,
      long base,
      boolean anywhere,
      @Nullable Place place) {}

  /**
   * A follower.
   *
   * @param faultless whether nothing is lost on the way and no gateway shows what is rolled back,
   *     so that neither a gap nor a broken chain can be seen
   */
  ModelFollower(ModelServer server, boolean rollsBack, boolean faultless, boolean tails) {
    this.server = server;
    this.rollsBack = rollsBack;
    this.faultless = faultless;
    this.tails = tails;
    this.anywhere = tails;
  }

  Kept keep(@Nullable Place place) {
    return new Kept(List.copyOf(events), Map.copyOf(snapshot), epoch, at, base, anywhere, place);
  }

  void restart(Kept kept) {
    events = new ArrayList<>(kept.events());
    snapshot = new HashMap<>(kept.snapshot());
    epoch = kept.epoch();
    at = kept.at();
    base = kept.base();
    anywhere = kept.anywhere();
    headTold = 0;
  }

  /** The client was told of a head, in an answer that it had asked for. */
  void heard(int ofEpoch, long head) {
    if (ofEpoch == epoch) {
      headTold = Math.max(headTold, head);
    } else if (ofEpoch > epoch) {
      headTold = head;
    }
  }

  /** The client was told that no head above this one counts. */
  void lowered(int ofEpoch, long after) {
    if (ofEpoch >= epoch) {
      // Of an epoch of which it was told nothing yet, it holds nothing either.
      headTold = Math.min(headTold, ofEpoch == epoch ? Math.max(at, after) : after);
    }
  }

  void take(ChannelAction action) {
    switch (action) {
      case ChannelAction.Deliver deliver -> deliver(deliver.event());
      case ChannelAction.TellReset reset -> reset(reset);
      case ChannelAction.TellSnapshot told -> replace(told.snapshot());
      case ChannelAction.TellLive live -> {
        // Who came back in begins behind the return, of which no event tells.
        boolean returned = server.joins.contains(live.head());
        assertTrue(at >= live.head() || anywhere || returned, "live is told below the head");
        at = Math.max(at, live.head());
        epoch = live.epoch();
        assertTrue(live.head() >= headTold, "live is told below a head that was seen");
      }
      case ChannelAction.TellTrouble trouble ->
          assertTrue(
              !faultless
                  || server.join() > 0 // a read under way when somebody returns begins there
                  || trouble.trouble() != Trouble.GAP && trouble.trouble() != Trouble.CHAIN,
              "nothing was lost, and yet: " + trouble.detail());
      case ChannelAction.TellEnded ended ->
          assertTrue(
              ended.code().equals("revoked") || ended.code().equals("forbidden"),
              "ended: " + ended.detail());
      case ChannelAction.Unsubscribe _, ChannelAction.Request _ -> {
        // the client's business
      }
    }
  }

  private void deliver(ChannelEvent event) {
    assertTrue(event.epoch() >= epoch, "epochs never go back");
    boolean follows = event.seq() == at + 1;
    assertTrue(
        follows || anywhere || event.seq() > at && server.joins.contains(event.seq() - 1),
        "after seq " + at + " came " + event.seq());
    if (!events.isEmpty()) {
      ChannelEvent last = events.getLast();
      assertEquals(last.epoch(), event.epoch(), "an epoch begins without a reset");
    }
    boolean committed = server.log(event.epoch()).holds(event);
    assertTrue(committed || !server.isVoid(event), "an event that was void came once more");
    assertTrue(
        committed || event.dataText().contains("ghost"), "an event that no log of its epoch has");
    events.add(event);
    epoch = event.epoch();
    at = event.seq();
    anywhere = false;
  }

  private void reset(ChannelAction.TellReset reset) {
    assertTrue(reset.epoch() >= epoch, "epochs never go back");
    boolean all = reset.epoch() > epoch && epoch > 0 || !rollsBack;
    assertTrue(!all || reset.after() == 0, "what is held belongs to the past, or cannot be parted");
    boolean torn = !snapshot.isEmpty() && reset.after() < base && reset.after() > 0;
    assertTrue(!torn, "the snapshot stands above what it is rolled back to");
    events.removeIf(event -> {
      if (event.seq() > reset.after()) {
        server.dropped(event);
        return true;
      }
      return false;
    });
    if (reset.after() == 0) {
      snapshot = new HashMap<>();
      base = 0;
    }
    epoch = reset.epoch();
    at = reset.after();
    headTold = reset.after();
  }

  private void replace(Snapshot told) {
    assertTrue(told.epoch() >= epoch, "epochs never go back");
    assertTrue(told.seq() > at || told.epoch() > epoch, "a snapshot leads back");
    events = new ArrayList<>();
    snapshot = new HashMap<>();
    told.entities().forEach(e -> snapshot.put(String.valueOf(e.envelope().entity()), e));
    epoch = told.epoch();
    at = told.seq();
    base = told.seq();
    anywhere = false;
  }

  /** Whether it holds what the log has not come to. */
  boolean ahead() {
    return epoch == server.log().epoch() && at > server.log().head();
  }

  /** Whether it holds all that it may see of the log, and nothing else. */
  boolean complete() {
    FakeLog log = server.log();
    if (!anywhere && (epoch != log.epoch() && log.head() > 0 || at != log.head())) {
      return false;
    }
    Map<String, ChannelEvent> mine = new HashMap<>(snapshot);
    for (ChannelEvent event : events) {
      mine.merge(
          String.valueOf(event.envelope().entity()),
          event,
          (held, next) -> held.seq() > next.seq() ? held : next);
    }
    for (ChannelEvent event : events) {
      // What it held before a return it cannot compare any more: the server hides it.
      if (event.seq() > server.join() && !log.holds(event)) {
        return false;
      }
    }
    if (tails) {
      return true;
    }
    for (ChannelEvent event : log.latest(server.join(), log.head())) {
      ChannelEvent held = mine.get(String.valueOf(event.envelope().entity()));
      assertTrue(
          held != null && held.chain() == event.chain(),
          "at the head, but without seq " + event.seq());
    }
    return true;
  }
}
