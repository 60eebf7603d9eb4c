package io.tailrace.gateway.lane;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The priority classes of a connection's queue, the highest first. What leaves first is shed last.
 *
 * <p>Each lane below the events has a share of the queue's bound, so that none of them fills it.
 * The shares are reckoned for a queue of 1 MiB, an entry costing {@link SendQueue#ENTRY_BYTES}
 * beside its bytes.
 */
public enum Lane {
  /**
   * Committed events and the answers that stand in their order. Never shed: a subscription ends.
   */
  EVENT(16),
  /**
   * Counts and other unsequenced facts, the latest of each channel: 128 KiB hold those of 600
   * channels at 100 bytes, more than a contract lets a connection have.
   */
  METADATA(2),
  /** How far users have read: 128 KiB hold 400 batches of ten users. */
  RECEIPT(2),
  /**
   * Who is here: 256 KiB hold the whole states of five channels with 200 members each, the longest
   * list that contracts allow by default, at 250 bytes a member.
   */
  PRESENCE(4),
  /** Typing, cursors: 64 KiB hold the latest of 250 users at 150 bytes. */
  SIGNAL(1);

  private final int sixteenths;
  private final String word = name().toLowerCase(Locale.ROOT);

  Lane(int sixteenths) {
    this.sixteenths = sixteenths;
  }

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

  /** Its place among the lanes, the highest 0: the order of their declaration is the priority. */
  @SuppressWarnings("EnumOrdinal") // what is counted by lane, in arrays, is counted by this
  public int place() {
    return ordinal();
  }

  /** How much of a queue's bound it may fill, in what the bound is given in. */
  long share(long bound) {
    return bound * sixteenths / 16;
  }

  /** Whether its entries may be dropped. */
  boolean isShed() {
    return this != EVENT;
  }

  /** Whether an entry without a key means something only after those before it. */
  boolean hasChanges() {
    return this == PRESENCE;
  }
}
