package io.tailrace.load.oracle;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The first contradiction that was found.
 *
 * @param invariant its number in the list of invariants (1 acknowledged is delivered, 2 only
 *     committed, 3 one order, 4 exactly once, 5 read your own write, 6 revocation, 7 shedding, 9
 *     snapshots)
 * @param seq the place, 0 where none is known
 */
public record Counterexample(
    int invariant, String channel, long seq, @Nullable UUID id, String words) {

  /** One line for people: what, where, which event. */
  public String sentence() {
    return "invariant "
        + invariant
        + ", channel "
        + channel
        + (seq == 0 ? "" : ", seq " + seq)
        + (id == null ? "" : ", id " + id)
        + ": "
        + words;
  }
}
