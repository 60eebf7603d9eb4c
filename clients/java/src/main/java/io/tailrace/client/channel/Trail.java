package io.tailrace.client.channel;

import io.tailrace.client.Place;
import org.jspecify.annotations.Nullable;

/**
 * The chains of the events applied last, so that a reset can be rolled back to a place that the
 * server can compare. Persistent, like all of a state; two generations bound it: the newer one
 * holds at most {@link #GENERATION} steps, and the one before is dropped when it is full.
 */
record Trail(@Nullable Node newer, @Nullable Node older) {
  /** So far back at least a reset may reach without everything being read anew. */
  static final int GENERATION = 256;

  static final Trail EMPTY = new Trail(null, null);

  /** One applied event. */
  record Node(long seq, long chain, @Nullable Node below, int depth) {}

  /** Of what is known without having been applied here: a place that was kept, or a snapshot's. */
  static Trail at(@Nullable Place place) {
    Long chain = place == null ? null : place.chain();
    return place == null || chain == null ? EMPTY : EMPTY.then(place.seq(), chain);
  }

  Trail then(long seq, long chain) {
    return newer != null && newer.depth >= GENERATION
        ? new Trail(new Node(seq, chain, null, 1), newer)
        : new Trail(new Node(seq, chain, newer, newer == null ? 1 : newer.depth + 1), older);
  }

  /** Without what lies above a seq. */
  Trail upTo(long seq) {
    Node top = upTo(newer, seq);
    return top == null ? new Trail(upTo(older, seq), null) : new Trail(top, older);
  }

  /** The chain at a seq, or null where it is not known any more. */
  @Nullable Long at(long seq) {
    Node node = upTo(seq).newer;
    return node == null || node.seq != seq ? null : (Long) node.chain;
  }

  private static @Nullable Node upTo(@Nullable Node top, long seq) {
    Node node = top;
    while (node != null && node.seq > seq) {
      node = node.below;
    }
    return node;
  }
}
