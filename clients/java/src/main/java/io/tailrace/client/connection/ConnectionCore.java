package io.tailrace.client.connection;

import static io.tailrace.client.connection.ConnectionState.NEVER;

import io.tailrace.client.Transport;
import io.tailrace.client.connection.ConnectionState.Leg;
import io.tailrace.client.connection.ConnectionState.Moving;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decides when to connect, by which way, when to give a link up, and when to change to another one.
 *
 * <ul>
 *   <li>Pauses grow and are jittered; what the server says of its own pauses is obeyed.
 *   <li>A ping that is not answered, or a stream that falls silent, is a dead link, whatever TCP
 *       thinks of it. Where the wall clock went on while ours stood, or nobody ran us, the machine
 *       slept: then the link has to answer at once, and a pause is over.
 *   <li>A way that is refused or swallowed twice in a row, by something that is not a Tailrace, is
 *       left for the next one; from there WebSocket is tried again, beside the link in use.
 *   <li>A link whose server leaves, or a better way, is moved to: the older link stays until no
 *       subscription depends on it.
 * </ul>
 */
public final class ConnectionCore {
  /** From opening to the welcome, or to a stream's first byte. */
  static final long GREETING_MS = 10_000;

  /** From a ping to whatever the server sends next. */
  static final long PONG_MS = 10_000;

  /** The same, after the machine slept. */
  static final long PONG_AFTER_SLEEP_MS = 3_000;

  /** A stream brings at least a comment every 15 s. */
  static final long STREAM_SILENCE_MS = 35_000;

  /** A request that waits for an event is answered after 20 s at the latest. */
  static final long POLL_SILENCE_MS = 60_000;

  /** One of the clocks jumped by more than a pause of the collector or a busy machine explains. */
  static final long SLEEP_MS = 5_000;

  /** Nobody ran us for so long, although we wanted to run every second. */
  static final long STALL_MS = 15_000;

  static final long PROBE_FIRST_MS = 30_000;
  static final long PROBE_MAX_MS = 600_000;
  static final long RENEW_BEFORE_MS = 30_000;
  private static final int BLOCKED_MAX = 2;
  private static final long CROWD_PAUSE_MS = 2_000;

  private final Backoff backoff;
  private final boolean automatic;

  /** Whether it may change the way; the pauses between tries. */
  public ConnectionCore(Backoff backoff, boolean automatic) {
    this.backoff = backoff;
    this.automatic = automatic;
  }

  /** The next state, and what to do on the way there. */
  public record Decision(ConnectionState state, List<ConnectionAction> actions) {}

  /** One step. */
  public Decision decide(ConnectionState state, ConnectionInput input, Moment now) {
    Turn turn = new Turn(state, now);
    switch (input) {
      case ConnectionInput.Start _ -> start(turn);
      case ConnectionInput.Tick _ -> tick(turn, state.seen());
      case ConnectionInput.Opened opened -> opened(turn, opened.link());
      case ConnectionInput.Welcomed welcome -> welcomed(turn, welcome);
      case ConnectionInput.Authed authed -> authed(turn, authed);
      case ConnectionInput.Asked asked -> asked(turn, asked.link());
      case ConnectionInput.Heard heard -> heard(turn, heard);
      case ConnectionInput.Carried _ -> turn.failures = 0;
      case ConnectionInput.Closed closed -> closed(turn, closed.link(), closed.end());
      case ConnectionInput.Drained drained -> drained(turn, drained);
      case ConnectionInput.Settled _ -> settled(turn);
      case ConnectionInput.GiveUp gone -> giveUp(turn, gone.link(), gone.reason());
      case ConnectionInput.Stop _ -> stop(turn);
    }
    return new Decision(turn.state(), turn.actions);
  }

  // ---- connecting

  private static void start(Turn turn) {
    if (!turn.wanted) {
      turn.wanted = true;
      connect(turn);
    }
  }

  private static void connect(Turn turn) {
    turn.retryAtMs = NEVER;
    turn.leg = turn.open(turn.way, GREETING_MS);
  }

  private static void stop(Turn turn) {
    turn.wanted = false;
    turn.retryAtMs = NEVER;
    turn.stayHere();
    for (Leg each : new Leg[] {turn.leg, turn.next}) {
      if (each != null) {
        turn.act(new ConnectionAction.Close(each.link(), "closed here"));
      }
    }
    turn.leg = null;
    turn.next = null;
  }

  /** A way without a welcome has nothing to wait for before it can be asked. */
  private static void opened(Turn turn, long link) {
    Leg leg = turn.find(link);
    if (leg != null && leg.way() != Transport.WEBSOCKET) {
      turn.put(new Leg(link, leg.way(), true, false, 0, NEVER, NEVER, NEVER));
      turn.act(new ConnectionAction.Use(link));
    }
  }

  private void welcomed(Turn turn, ConnectionInput.Welcomed welcome) {
    Leg leg = turn.find(welcome.link());
    if (leg == null || leg.open()) {
      return;
    }
    long pingAt = welcome.heartbeatMs() > 0 ? turn.now.runMs() + welcome.heartbeatMs() / 2 : NEVER;
    turn.put(
        new Leg(
            leg.link(),
            leg.way(),
            true,
            true,
            welcome.heartbeatMs(),
            pingAt,
            NEVER,
            renewal(welcome.expMs(), turn.now)));
    proven(turn, leg);
    turn.act(new ConnectionAction.Use(leg.link()));
  }

  private void proven(Turn turn, Leg leg) {
    turn.blocked = 0;
    if (leg.way() == Transport.WEBSOCKET) {
      turn.probes = 0;
      if (turn.moving == Moving.PROBING) {
        turn.stayHere();
      }
    }
  }

  private static long probePause(Turn turn) {
    long pause = Math.min(PROBE_MAX_MS, PROBE_FIRST_MS << Math.min(turn.probes, 10));
    return (long) (pause * (0.5 + turn.now.random() / 2));
  }

  private static long renewal(long expMs, Moment now) {
    if (expMs <= 0) {
      return NEVER;
    }
    long left = Math.max(0, expMs - now.wallMs());
    return expMs - Math.min(RENEW_BEFORE_MS, left / 4);
  }

  private static void authed(Turn turn, ConnectionInput.Authed authed) {
    Leg leg = turn.find(authed.link());
    if (leg != null) {
      turn.put(leg.renewAt(renewal(authed.expMs(), turn.now)));
    }
  }

  // ---- listening

  private static void asked(Turn turn, long link) {
    Leg leg = turn.find(link);
    if (leg != null && leg.way() != Transport.WEBSOCKET && leg.dueMs() == NEVER) {
      turn.put(leg.due(turn.now.runMs() + GREETING_MS));
    }
  }

  private void heard(Turn turn, ConnectionInput.Heard heard) {
    Leg leg = turn.find(heard.link());
    if (leg == null || !leg.open()) {
      return;
    }
    long due =
        switch (leg.way()) {
          case WEBSOCKET, AUTOMATIC -> NEVER; // the next ping sets it
          case SSE -> heard.atMs() + STREAM_SILENCE_MS;
          case POLL -> heard.atMs() + POLL_SILENCE_MS;
        };
    if (leg.way() != Transport.WEBSOCKET && !leg.proven()) {
      proven(turn, leg);
    }
    turn.put(
        new Leg(
            leg.link(),
            leg.way(),
            true,
            true,
            leg.heartbeatMs(),
            leg.pingAtMs(),
            due,
            leg.renewAtWallMs()));
  }

  private void tick(Turn turn, @Nullable Moment before) {
    long now = turn.now.runMs();
    if (before != null && slept(before, turn.now)) {
      afterSleep(turn);
    }
    for (Leg each : new Leg[] {turn.leg, turn.next}) {
      if (each != null) {
        look(turn, each, now);
      }
    }
    Leg used = turn.leg;
    boolean second = used != null && used.proven() && used.way() != Transport.WEBSOCKET;
    if (automatic && second && turn.moving == Moving.NO) {
      turn.moving = Moving.PROBING;
      turn.moveAtMs = now + probePause(turn);
    }
    if (turn.moving == Moving.PROBING && used != null && used.way() == Transport.WEBSOCKET) {
      turn.stayHere(); // the ways in turn have led back to it
    }
    if (turn.leaveByMs <= now && turn.leg != null) {
      giveUp(turn, turn.leg.link(), "the gateway leaves");
    }
    if (turn.moveAtMs <= now && turn.leg != null && turn.next == null) {
      turn.moveAtMs = NEVER;
      Transport way = turn.moving == Moving.PROBING ? Transport.WEBSOCKET : turn.way;
      turn.next = turn.open(way, GREETING_MS);
    }
    if (turn.retryAtMs <= now && turn.leg == null && turn.wanted) {
      connect(turn);
    }
  }

  private void look(Turn turn, Leg leg, long now) {
    if (leg.dueMs() <= now) {
      giveUp(turn, leg.link(), leg.proven() ? "the server is silent" : "nothing answered");
      return;
    }
    Leg changed = leg;
    if (changed.pingAtMs() <= now) {
      turn.act(new ConnectionAction.Ping(leg.link()));
      long due = changed.dueMs() == NEVER ? now + PONG_MS : changed.dueMs();
      changed = changed.pingAt(now + leg.heartbeatMs() / 2).due(due);
    }
    if (changed.renewAtWallMs() <= turn.now.wallMs()) {
      turn.act(new ConnectionAction.Renew(leg.link()));
      changed = changed.renewAt(NEVER); // the answer says until when the next one is good
    }
    if (!changed.equals(leg)) {
      turn.put(changed);
    }
  }

  /** While a machine sleeps, one of its clocks may stand still, or both may go on without us. */
  private static boolean slept(Moment before, Moment now) {
    long run = now.runMs() - before.runMs();
    long wall = now.wallMs() - before.wallMs();
    return wall - run > SLEEP_MS || run > STALL_MS;
  }

  private static void afterSleep(Turn turn) {
    long now = turn.now.runMs();
    for (Leg each : new Leg[] {turn.leg, turn.next}) {
      if (each != null && each.open() && each.way() == Transport.WEBSOCKET) {
        turn.act(new ConnectionAction.Ping(each.link()));
        turn.put(
            each.pingAt(each.heartbeatMs() > 0 ? now + each.heartbeatMs() / 2 : NEVER)
                .due(now + PONG_AFTER_SLEEP_MS));
      }
    }
    if (turn.leg == null) {
      turn.retryAtMs = Math.min(turn.retryAtMs, now);
    }
  }

  // ---- leaving

  private static void drained(Turn turn, ConnectionInput.Drained drained) {
    if (turn.leg == null || turn.leg.link() != drained.link() || turn.moving == Moving.DRAINED) {
      return;
    }
    long now = turn.now.runMs();
    turn.moving = Moving.DRAINED;
    turn.moveAtMs = now + Math.max(0, drained.reconnectAfterMs());
    long limit = Math.max(drained.deadlineMs(), drained.reconnectAfterMs() + GREETING_MS);
    turn.leaveByMs = now + limit;
  }

  private static void settled(Turn turn) {
    Leg older = turn.leg;
    Leg newer = turn.next;
    if (older != null && newer != null && newer.open()) {
      turn.act(new ConnectionAction.Close(older.link(), "moved"));
      turn.act(new ConnectionAction.Lose(older.link()));
      takeOver(turn, newer);
    }
  }

  private static void takeOver(Turn turn, Leg newer) {
    turn.leg = newer;
    turn.next = null;
    turn.way = newer.way();
    turn.stayHere();
  }

  private void giveUp(Turn turn, long link, String reason) {
    if (turn.find(link) != null) {
      turn.act(new ConnectionAction.Close(link, reason));
      closed(turn, link, End.broken(reason));
    }
  }

  private void closed(Turn turn, long link, End end) {
    Leg gone = turn.find(link);
    if (gone == null) {
      return;
    }
    turn.act(new ConnectionAction.Lose(link));
    if (turn.leg == null || turn.leg.link() != link) {
      nextFailed(turn, end);
      return;
    }
    Leg newer = turn.next;
    if (newer != null) {
      takeOver(turn, newer);
      return;
    }
    turn.leg = null;
    if (turn.moving == Moving.DRAINED) {
      turn.stayHere();
    }
    fail(turn, gone, end);
  }

  private void nextFailed(Turn turn, End end) {
    turn.next = null;
    if (turn.moving == Moving.PROBING) {
      turn.probes++;
      turn.moveAtMs = turn.now.runMs() + probePause(turn);
    } else {
      turn.failures++;
      turn.moveAtMs = turn.now.runMs() + pause(turn, end);
    }
  }

  private void fail(Turn turn, Leg gone, End end) {
    if (end.how() != End.How.REOPENED) {
      turn.failures++;
    }
    if (automatic && !gone.proven() && end.looksBlocked()) {
      turn.blocked++;
      if (turn.blocked >= BLOCKED_MAX) {
        turn.blocked = 0;
        turn.tryAnotherWay();
      }
    }
    boolean expired = end.tokenRefused() && (gone.proven() || turn.failures == 1);
    // A 403 before the upgrade may be a proxy's that lets no WebSocket through.
    boolean proxys = automatic && end.code() == 403 && gone.way() == Transport.WEBSOCKET;
    boolean refused = end.tokenRefused() && !expired || end.clientRefused() && !proxys;
    if (refused) {
      turn.act(new ConnectionAction.TellRefused(end.code(), end.reason()));
      turn.failures += 3; // it will hardly be another answer soon
    }
    // A token that has run out is replaced by a fresh one, for which nobody needs to wait.
    boolean atOnce = end.how() == End.How.REOPENED || expired && gone.proven();
    long pauseMs = atOnce ? 0 : pause(turn, end);
    turn.retryAtMs = turn.now.runMs() + pauseMs;
    // A token may have run out before the first hello: with another one all is well.
    boolean quiet = end.how() == End.How.REOPENED || expired && !gone.proven();
    if (!quiet) {
      turn.act(new ConnectionAction.TellDown(end.reason(), pauseMs));
    }
  }

  private long pause(Turn turn, End end) {
    double random = turn.now.random();
    // The server's pause is the least; some of ours on top spreads those who were told the same.
    long ours = backoff.pauseMs(turn.failures, random);
    return switch (end.code()) {
      case 4429, 1013 -> Math.max(end.retryAfterMs(), CROWD_PAUSE_MS) + ours;
      case 1001, 1012 -> // it reaches many at once
          end.retryAfterMs() + Math.max(ours, (long) (CROWD_PAUSE_MS * random));
      default -> end.retryAfterMs() + ours;
    };
  }
}
