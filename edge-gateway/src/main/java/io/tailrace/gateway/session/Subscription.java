package io.tailrace.gateway.session;

import io.tailrace.gateway.lane.Lane;
import io.tailrace.gateway.session.Membership.Standing;
import io.tailrace.schemas.event.MemberChange;
import io.tailrace.schemas.join.JoinWire.Entry;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One channel on one connection.
 *
 * <pre>
 *   JOINING ──answer──► REPLAYING ──window read to its end──► LIVE
 *      │  ▲                 │                                   │
 *      │  └─ asked again ─ AHEAD                                │
 *      └──── error ────────┴─ behind, reset, revoked, unsubscribed ─┘  (ended: in no room)
 * </pre>
 *
 * <p>JOINING: the stores have been asked. AHEAD: they know less than the client says to have. Its
 * registration number is the gateway's own, since a client's {@code ref} may come twice: only the
 * answer that bears it completes the subscription. Owned by the shard's thread.
 */
public final class Subscription {
  /** Where it stands. */
  public enum Stage {
    /** The stores have been asked. */
    JOINING,
    /** The client has more than the stores: they are given time. */
    AHEAD,
    /** The window is being read out to the queue, as far as that has room. */
    REPLAYING,
    /** New events go to the queue. */
    LIVE
  }

  private final Peer peer;
  private final Room room;
  private final long ref;
  private final Resume resume;
  private long number;
  private Stage stage = Stage.JOINING;
  private boolean spoiled;
  private boolean lastCall;
  private long deadlineMs;
  private int epoch;
  private long next;
  private long replayTo;
  private long owedFrom = -1;
  private Standing standing = new Standing(Entry.TOKEN, null);
  private Set<Lane> lanes = Set.of(Lane.EVENT);
  private long decidedUpTo;
  private boolean hasList;
  int index = -1;

  /**
   * What the client holds.
   *
   * @param after last applied seq, null for live only
   * @param epoch epoch of {@code after}, 0 where the client knows none
   * @param chain chain at {@code after}, null where the client knows none
   */
  public record Resume(@Nullable Long after, int epoch, @Nullable Long chain) {
    /** An epoch that never was: whatever the client holds is void. */
    public static final int NO_EPOCH = -1;
  }

  /**
   * A subscription whose join is about to be asked.
   *
   * @param number the gateway's own number of this registration
   * @param deadlineMs until when an answer is waited for
   */
  public Subscription(Peer peer, Room room, long ref, Resume resume, long number, long deadlineMs) {
    this.peer = peer;
    this.room = room;
    this.ref = ref;
    this.resume = resume;
    this.number = number;
    this.deadlineMs = deadlineMs;
  }

  /** The connection. */
  public Peer peer() {
    return peer;
  }

  /** The channel. */
  public Room room() {
    return room;
  }

  /** The client's number of the request. */
  public long ref() {
    return ref;
  }

  /** What the client said that it holds. */
  public Resume resume() {
    return resume;
  }

  /** The lanes that it takes; events always. */
  public Set<Lane> lanes() {
    return lanes;
  }

  /** Whether it was shown who is here, and every change since. */
  public boolean hasList() {
    return hasList;
  }

  /** It is shown who is here; or has missed something of it, so that changes tell it nothing. */
  public void hasList(boolean has) {
    hasList = has;
  }

  /** Takes these lanes and no others. */
  public void take(Set<Lane> wanted) {
    lanes = wanted;
  }

  /** The number of the registration. */
  public long number() {
    return number;
  }

  /** Where it stands. */
  public Stage stage() {
    return stage;
  }

  /** Whether its events begin to flow, or already do. */
  public boolean isStarted() {
    return stage == Stage.REPLAYING || stage == Stage.LIVE;
  }

  /** Whether something happened during the join that makes its answer useless. */
  public boolean isSpoiled() {
    return spoiled;
  }

  /** An epoch, a hole or a reset came while the join was under way. */
  public void spoil() {
    spoiled = true;
  }

  /** Asks the stores once more, within the same time. */
  public void askAnew(long newNumber) {
    number = newNumber;
  }

  /**
   * They may read.
   *
   * @param as as what, as of {@code upTo}
   * @param upTo changes of members up to here are in that already
   */
  public void admit(Standing as, long upTo) {
    standing = as;
    decidedUpTo = upTo;
  }

  /**
   * Asked of every change of members, in order, before anything at or above it is queued.
   *
   * @return whether it may go on; if not, the change is its end
   */
  public boolean outlives(long seq, MemberChange change) {
    if (seq <= decidedUpTo) {
      return true;
    }
    Standing now = Membership.after(standing, peer.user(), change);
    if (now == null) {
      return false;
    }
    standing = now;
    return true;
  }

  /** As what they read, after all that has been queued. */
  public Standing standing() {
    return standing;
  }

  /** Whether the wait for an {@code after} above head is over. */
  public boolean isLastCall() {
    return lastCall;
  }

  /** Until when its present stage may last. */
  public long deadlineMs() {
    return deadlineMs;
  }

  /** The epoch of {@link #next}. */
  public int epoch() {
    return epoch;
  }

  /** The last seq that was queued, or that is not to be queued. */
  public long next() {
    return next;
  }

  /** Queued up to here. */
  public void advance(long seq) {
    next = seq;
  }

  /** Waits for the feed or the stores to reach what the client has. */
  public void waitAhead(long untilMs) {
    stage = Stage.AHEAD;
    deadlineMs = untilMs;
  }

  /** Asks once more, under a new number, before the client is told to go back. */
  public void askAgain(long newNumber, long untilMs) {
    stage = Stage.JOINING;
    number = newNumber;
    lastCall = true;
    spoiled = false;
    deadlineMs = untilMs;
  }

  /**
   * Starts behind a seq; what follows is read out of the window.
   *
   * @param to the last seq to read out, at most the window's last
   */
  public void replay(int epoch, long after, long to) {
    stage = Stage.REPLAYING;
    peer.replaying(1);
    this.epoch = epoch;
    next = after;
    replayTo = to;
  }

  /** What comes next has been seen again: it is read out too. */
  public void replayAlso(long seq) {
    if (stage == Stage.REPLAYING && seq == replayTo + 1) {
      replayTo = seq;
    }
  }

  /** What follows this seq, up to the first event queued, the client reads over HTTP. */
  public void owe(long after) {
    owedFrom = after;
  }

  /**
   * The seq from which a reader that only repeats what it was told misses nothing: below what it
   * was left to read over HTTP, since nobody tells the gateway when that has been read.
   */
  public long safe() {
    return owedFrom >= 0 ? owedFrom : next;
  }

  /** The last seq to be read out of the window; above, there may be what will never commit. */
  public long replayTo() {
    return replayTo;
  }

  /** Has read the window to its end. */
  void goLive() {
    stage = Stage.LIVE;
    peer.replaying(-1);
  }
}
