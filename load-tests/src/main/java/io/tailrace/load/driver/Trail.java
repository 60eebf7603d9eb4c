package io.tailrace.load.driver;

import io.tailrace.load.oracle.Sighting;
import io.tailrace.load.oracle.Via;
import io.tailrace.load.oracle.Witness;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one subscriber has applied of one channel, and the rule by which it applies: the next seq,
 * once. Safe for several threads.
 */
final class Trail {

  /** What became of an offered event. */
  enum Outcome {
    APPLIED,
    KNOWN,
    GAP
  }

  private final String name;
  private final String channel;
  private final List<Sighting> applied = new ArrayList<>();

  /**
   * Pieces that a reset made void, or that ended with the right to read; they were shown, so they
   * must have been true.
   */
  private final List<Witness> earlier = new ArrayList<>();

  private final boolean comesAndGoes;
  private final Map<Long, Long> asked = new HashMap<>();
  private long start = -1;
  private int epoch;
  private long liveAbove;
  private volatile long beganMicros = Long.MAX_VALUE;

  /**
   * @param comesAndGoes whether its user may be shut out in between, so that there are several
   *     pieces; then whatever was shown is kept, applied or not
   */
  Trail(String name, String channel, boolean comesAndGoes) {
    this.name = name;
    this.channel = channel;
    this.comesAndGoes = comesAndGoes;
  }

  String channel() {
    return channel;
  }

  /** Where the trail begins, known with the first answer, and what counts as live from now on. */
  synchronized void subscribed(int epoch, long head, long after) {
    if (start < 0) {
      // Who comes and goes wants all that there is for them, wherever a live feed begins.
      start = comesAndGoes ? 0 : after;
    }
    if (this.epoch != 0 && this.epoch != epoch) {
      throw new ProtocolViolation(
          "%s, channel %s: the epoch changed from %d to %d although nobody rebuilt"
              .formatted(name, channel, this.epoch, epoch));
    }
    this.epoch = epoch;
    liveAbove = head;
  }

  /** When its first subscription was answered, in microseconds since 1970. */
  void beganMicros(long micros) {
    beganMicros = micros;
  }

  long beganMicros() {
    return beganMicros;
  }

  /** What was asked for under this number: the events after a seq, or -1 for those that come. */
  synchronized void asks(long ref, long after) {
    asked.clear();
    asked.put(ref, after);
  }

  /** What the answer with this number was asked for; -1 where that is not known. */
  synchronized long askedBy(long ref) {
    var after = asked.remove(ref);
    return after == null ? -1 : after;
  }

  /** What follows {@code after} is another piece: what lay before is not for this user. */
  synchronized void leapTo(long after) {
    keep(applied);
    start = Math.max(last(), after);
    applied.clear();
  }

  /** Begins again after this seq, with whatever it held as a piece of its own. */
  synchronized void beginAgain(long after) {
    keep(applied);
    applied.clear();
    start = after;
  }

  private void keep(List<Sighting> seen) {
    if (!seen.isEmpty()) {
      earlier.add(new Witness(name, seen.getFirst().seq() - 1, false, epoch, seen));
    }
  }

  /** Begins elsewhere, as long as nothing has come. */
  synchronized void beginAfter(long after) {
    if (!applied.isEmpty()) {
      throw new ProtocolViolation(
          "%s, channel %s: begins again after seq %d, having seq %d"
              .formatted(name, channel, after, last()));
    }
    start = after;
  }

  /** The way of an event that came as a frame: what was there at the subscription is replayed. */
  synchronized Via framed(long seq) {
    return seq <= liveAbove ? Via.REPLAY : Via.LIVE;
  }

  synchronized Outcome offer(SeenEvent event, Via via) {
    long last = last();
    if (comesAndGoes && event.seq() != last + 1) {
      keep(List.of(event.sighting(via)));
    }
    if (event.seq() > last + 1) {
      return Outcome.GAP;
    }
    if (event.seq() <= last) {
      compare(event.sighting(via));
      return Outcome.KNOWN;
    }
    applied.add(event.sighting(via));
    return Outcome.APPLIED;
  }

  /** A repeat is only harmless if it repeats. */
  private void compare(Sighting again) {
    long index = again.seq() - start - 1;
    if (index < 0) {
      return;
    }
    var before = applied.get((int) index);
    if (!before.id().equals(again.id())
        || before.chain() != again.chain()
        || before.content() != again.content()) {
      throw new ProtocolViolation(
          "%s, channel %s, seq %d: first it was id %s (%s), then id %s (%s)"
              .formatted(
                  name, channel, again.seq(), before.id(), before.via(), again.id(), again.via()));
    }
  }

  /** Rolls back to {@code after}. */
  synchronized void reset(long after) {
    if (comesAndGoes && after < start) {
      beginAgain(after);
      return;
    }
    long keep = Math.max(0, after - Math.max(start, 0));
    if (keep < applied.size()) {
      var dropped = applied.subList((int) keep, applied.size());
      earlier.add(new Witness(name + " (before a reset)", start + keep, false, epoch, dropped));
      dropped.clear();
    }
  }

  /** The seq of the last applied event, or where the trail begins. */
  synchronized long last() {
    return Math.max(start, 0) + applied.size();
  }

  synchronized int epoch() {
    return epoch;
  }

  /** Whether any subscription was ever answered. */
  synchronized boolean begun() {
    return start >= 0 && epoch != 0;
  }

  /** The chain at the last applied event, or null where none was applied. */
  synchronized @Nullable Long chain() {
    return applied.isEmpty() ? null : applied.getLast().chain();
  }

  /** Everything for the oracle. */
  synchronized List<Witness> witnesses() {
    if (start < 0 || epoch == 0) {
      return List.of();
    }
    var all = new ArrayList<>(earlier);
    all.add(new Witness(name, start, true, epoch, applied));
    return all;
  }
}
