package io.tailrace.gateway.lane;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The priority classes of a connection's queue, the highest first. What leaves first is shed last.
 */
public enum Lane {
  /**
   * Committed events and the answers that stand in their order. Never shed: a subscription ends.
   */
  EVENT,
  /** Counts and other unsequenced facts. */
  METADATA,
  /** How far users have read. */
  RECEIPT,
  /** Who is here. */
  PRESENCE,
  /** Typing, cursors. */
  SIGNAL;

  private final String word = name().toLowerCase(Locale.ROOT);

  /** The word for it in contracts, frames and metrics. */
  public String word() {
    return word;
  }

  /** The lane with this word, null where there is none. */
  public static @Nullable Lane of(String word) {
    for (Lane lane : values()) {
      if (lane.word.equals(word)) {
        return lane;
      }
    }
    return null;
  }
}
