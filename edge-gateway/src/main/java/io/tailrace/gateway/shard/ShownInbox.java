package io.tailrace.gateway.shard;

import io.tailrace.gateway.ephemeral.EphemeralFrame;
import io.tailrace.gateway.lane.Lane;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Ephemeral frames that wait for a shard, beside its {@link Inbox}, so that they never stand before
 * an event. Filled by the hub's thread, which never waits, emptied by the shard's.
 */
final class ShownInbox {
  /** What a frame costs besides its bytes. */
  private static final int FRAME_OVERHEAD_BYTES = 64;

  private final long bytesMax;
  private final ArrayDeque<EphemeralFrame> waiting = new ArrayDeque<>();
  private Set<String> unshown = new HashSet<>();
  private long bytes;

  /** An empty one with a bound in bytes. */
  ShownInbox(long bytesMax) {
    this.bytesMax = bytesMax;
  }

  /**
   * Appends what has room.
   *
   * @return how many had none
   */
  synchronized int add(List<EphemeralFrame> frames) {
    int dropped = 0;
    for (EphemeralFrame frame : frames) {
      int cost = cost(frame);
      if (bytes > 0 && bytes + cost > bytesMax) {
        dropped++;
        if (frame.lane() == Lane.PRESENCE) {
          unshown.add(frame.channel());
        }
      } else {
        bytes += cost;
        waiting.add(frame);
      }
    }
    return dropped;
  }

  /** Takes so many at most, in order. */
  synchronized List<EphemeralFrame> take(int most) {
    if (waiting.isEmpty()) {
      return List.of();
    }
    List<EphemeralFrame> taken = new ArrayList<>(Math.min(most, waiting.size()));
    while (taken.size() < most && !waiting.isEmpty()) {
      EphemeralFrame frame = waiting.remove();
      bytes -= cost(frame);
      taken.add(frame);
    }
    return taken;
  }

  /** The channels of which presence had no room since this was last asked. */
  synchronized Set<String> takeUnshown() {
    if (unshown.isEmpty()) {
      return Set.of();
    }
    Set<String> taken = unshown;
    unshown = new HashSet<>();
    return taken;
  }

  synchronized boolean isEmpty() {
    return waiting.isEmpty();
  }

  private static int cost(EphemeralFrame frame) {
    return frame.json().length + FRAME_OVERHEAD_BYTES;
  }
}
