package io.tailrace.load.driver;

import io.tailrace.load.driver.Counters.Name;
import io.tailrace.load.oracle.Via;

/**
 * What one of the product's clients delivered of one channel. A client promises each event once and
 * in order, so a repeat or a gap is a violation here. Safe for several threads.
 */
final class ClientTrail {
  private final Trail trail;
  private final String name;
  private final Via via;
  private final Counters counters;
  private final Failures failures;

  ClientTrail(Seat seat, String channel, int epoch, Via via, Crew crew) {
    this.name = seat.name();
    this.via = via;
    this.counters = crew.counters();
    this.failures = crew.failures();
    this.trail = new Trail(name, channel);
    trail.subscribed(epoch, 0, 0);
  }

  Trail trail() {
    return trail;
  }

  void delivered(SeenEvent event) {
    checked(() -> {
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
