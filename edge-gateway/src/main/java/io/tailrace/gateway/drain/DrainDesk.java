package io.tailrace.gateway.drain;

import io.tailrace.gateway.encode.EventStreamText;
import io.tailrace.gateway.encode.Wire;
import io.tailrace.gateway.session.Decision;
import io.tailrace.gateway.session.Peer;
import io.tailrace.schemas.frame.ServerFrame;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Lets the connections of a shard go: tells each its time, and closes those that stay. Owned by the
 * shard's thread.
 *
 * <p>Whoever understands {@code drain} is gone soon after its time. Readers of an event stream
 * often are browsers' own, which come back only when the stream ends: it is ended for them when the
 * others have had the time to move.
 */
public final class DrainDesk {
  /** The close code of whoever is left at the deadline. */
  private static final int GOING_AWAY = 1001;

  private static final String REASON = "the gateway leaves: connect again";

  /** As the metrics have it. */
  private static final String LABEL = "drained";

  /** What a client that moves takes at most: to connect, to be greeted, to resume everything. */
  static final long MOVE_MS = 5000;

  /**
   * So many are told at once, which keeps an I/O thread for some tens of milliseconds; the next
   * ones are told at the next tick.
   */
  static final int TOLD_PER_TURN = 2000;

  private final Decision decision;
  private final ArrayDeque<Peer> untold = new ArrayDeque<>();
  private @Nullable Plan plan;
  private SplittableRandom random = new SplittableRandom(0);
  private long beganMs;

  /**
   * How a gateway leaves.
   *
   * @param noticeMs how long nobody goes yet, so that proxies find out that the gateway is not
   *     ready
   * @param windowMs how long it takes from then on until all have gone
   * @param deadlineMs when those that are left are closed, from the beginning
   * @param seed of the random part of each time
   */
  public record Plan(long noticeMs, long windowMs, long deadlineMs, long seed) {
    /** The same for another shard, whose connections are to go at other moments. */
    public Plan of(int shard) {
      return new Plan(noticeMs, windowMs, deadlineMs, seed + shard);
    }
  }

  /** A desk of a gateway that stays. */
  public DrainDesk(Decision decision) {
    this.decision = decision;
  }

  /** The gateway leaves; does nothing the second time. */
  public void begin(Plan how, Collection<Peer> peers, long nowMs) {
    if (plan != null) {
      return;
    }
    plan = how;
    beganMs = nowMs;
    random = new SplittableRandom(how.seed());
    long[] delays = Spread.delays(peers.size(), how.windowMs(), random);
    int i = 0;
    for (Peer peer : peers) {
      peer.leaveAt(nowMs + how.noticeMs() + delays[i++]);
      untold.add(peer);
    }
    tellSome(how, nowMs);
  }

  /** A connection was opened, which was let in before. */
  public void opened(Peer peer, long nowMs) {
    if (plan != null) {
      long windowEndMs = beganMs + plan.noticeMs() + plan.windowMs();
      peer.leaveAt(nowMs + random.nextLong(Math.max(1, windowEndMs - nowMs)));
      untold.add(peer);
    }
  }

  /** It is known now who speaks: only then is {@code drain} understood. */
  public void greeted(Peer peer, long nowMs) {
    if (plan != null && peer.identity() != null) {
      tell(peer, plan, nowMs);
    }
  }

  /** Time has passed. */
  public void tick(Collection<Peer> peers, long nowMs) {
    if (plan == null) {
      return;
    }
    tellSome(plan, nowMs);
    boolean isOver = nowMs - beganMs >= plan.deadlineMs();
    for (Peer peer : peers) {
      boolean stays = peer.wire() == Wire.EVENT_STREAM && nowMs >= peer.leavesAtMs() + MOVE_MS;
      if (isOver || stays) {
        decision.close(peer, GOING_AWAY, REASON, LABEL);
      }
    }
  }

  private void tellSome(Plan how, long nowMs) {
    for (int i = 0; i < TOLD_PER_TURN && !untold.isEmpty(); i++) {
      Peer peer = untold.remove();
      // Others are told when they have said hello.
      if (peer.identity() != null) {
        tell(peer, how, nowMs);
      }
    }
  }

  private void tell(Peer peer, Plan how, long nowMs) {
    if (!peer.isToldToLeave()) {
      peer.toldToLeave();
      say(peer, how, nowMs);
    }
  }

  private void say(Peer peer, Plan how, long nowMs) {
    // Who is told late has as long to move as the others.
    peer.leaveAt(Math.max(peer.leavesAtMs(), nowMs));
    long afterMs = peer.leavesAtMs() - nowMs;
    long endsMs = Math.max(0, beganMs + how.deadlineMs() - nowMs);
    decision.send(peer, new ServerFrame.Drain(afterMs, endsMs));
    if (peer.wire() == Wire.EVENT_STREAM) {
      decision.answer(peer, EventStreamText.retry(afterMs));
    }
  }
}
