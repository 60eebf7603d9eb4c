package io.tailrace.relay.slot;

/**
 * Name of a slot: its number is the incarnation, and the epoch of all that comes through it.
 *
 * @param incarnation from 1
 */
public record SlotName(int incarnation) {
  /** Refuses numbers below 1. */
  public SlotName {
    if (incarnation < 1) {
      throw new IllegalArgumentException("an incarnation is at least 1");
    }
  }

  /** The name in PostgreSQL. */
  public String name() {
    return "tailrace_" + incarnation;
  }
}
