package io.tailrace.load.oracle;

import java.util.List;

/**
 * Somebody who claims to have a contiguous piece of a channel: a subscriber, a history reader, a
 * page.
 *
 * @param name how it is called in a counterexample, for example {@code subscriber ws-3}
 * @param after the seq behind which the piece begins
 * @param toHead whether the piece must reach the channel's last committed event
 * @param epoch the numbering in which it saw them
 */
public record Witness(
    String name, long after, boolean toHead, int epoch, List<Sighting> sightings) {
  public Witness {
    sightings = List.copyOf(sightings);
  }
}
