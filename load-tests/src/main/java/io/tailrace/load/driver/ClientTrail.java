package io.tailrace.load.driver;

import io.tailrace.load.driver.Counters.Name;
import io.tailrace.load.oracle.Access.Audience;
import io.tailrace.load.oracle.Access.Reach;
import io.tailrace.load.oracle.Access.Refusal;
import io.tailrace.load.oracle.Via;
import io.tailrace.load.oracle.Witness;
import java.util.List;

/**
 * What one of the product's clients delivered of one channel. A client promises each event once and
 * in order, so a repeat or a gap is a violation here. Safe for several threads.
 */
final class ClientTrail {
  private final Trail trail;
  private final String name;
  private final Seat seat;
  private final Via via;
  private final Counters counters;
  private final Failures failures;
  private final AccessLog access;

  /**
   * Whoever is not in yet, or was shut out and holds nothing any more, begins where the next piece
   * begins.
   */
  private volatile boolean shutOut;

  ClientTrail(Seat seat, String channel, int epoch, Via via, Crew crew) {
    this.name = seat.name();
    this.seat = seat;
    this.shutOut = seat.comesAndGoes();
    this.access = crew.access();
    this.via = via;
    this.counters = crew.counters();
    this.failures = crew.failures();
    this.trail = new Trail(name, channel, seat.comesAndGoes());
    trail.subscribed(epoch, 0, 0);
  }

  Trail trail() {
    return trail;
  }

  void delivered(SeenEvent event) {
    checked(() -> {
      // Who was removed and added again while the connection was down hears of neither.
      if (shutOut || seat.comesAndGoes() && event.seq() > trail.last() + 1) {
        shutOut = false;
        trail.beginAgain(event.seq() - 1);
      }
      if (trail.offer(event, via) != Trail.Outcome.APPLIED) {
        throw new ProtocolViolation(
            "%s, channel %s: the %s delivered seq %d after seq %d"
                .formatted(name, trail.channel(), via, event.seq(), trail.last()));
      }
      counters.count(Name.DELIVERED);
    });
  }

  /** Before its first event: what came up to {@code after} it has only as a state. */
  void begin(long after) {
    checked(() -> trail.beginAfter(after));
  }

  void live(int epoch, long head) {
    checked(() -> trail.subscribed(epoch, head, 0));
  }

  void reset(long after) {
    counters.count(Name.RESETS);
    trail.reset(after);
  }

  /** A state takes the place of what was held, of one whose history may begin late. */
  void state(long seq, List<SeenEvent> entities) {
    var shown =
        entities.stream()
            .map(event -> event.sighting(via))
            .map(one -> new Witness(name, one.seq() - 1, false, trail.epoch(), List.of(one)))
            .toList();
    access.looked(trail.channel(), new Audience(seat.user(), name + ", state", Reach.SOME, shown));
    shutOut = false;
    trail.beginAgain(seq);
  }

  /** Whether the end of the subscription is one that may be another's beginning; counted if so. */
  boolean mayReturn(String code) {
    boolean isOut = code.equals("revoked") || code.equals("forbidden");
    if (!seat.comesAndGoes() || !isOut) {
      return false;
    }
    shutOut = true;
    if (code.equals("revoked")) {
      counters.count(Name.REVOKED);
    } else {
      counters.count(Name.SHUT_OUT);
      access.refused(trail.channel(), new Refusal(seat.user(), name, 0));
    }
    return true;
  }

  /** Whether the seat's history may begin late. */
  boolean comesAndGoes() {
    return seat.comesAndGoes();
  }

  /** Something that must not happen in these runs. */
  void wrong(String what) {
    failures.fail(
        new ProtocolViolation("%s, channel %s: %s".formatted(name, trail.channel(), what)));
  }

  private void checked(Runnable step) {
    try {
      step.run();
    } catch (ProtocolViolation violation) {
      failures.fail(violation);
    }
  }
}
