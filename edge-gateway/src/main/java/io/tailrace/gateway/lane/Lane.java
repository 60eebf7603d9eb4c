package io.tailrace.gateway.lane;

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
  SIGNAL
}
