package io.tailrace.client.channel;

/** What can go wrong in following a channel, and is repaired by subscribing or reading again. */
public enum Trouble {
  /** A seq was skipped. */
  GAP,
  /** The server ended the subscription because its events did not fit. */
  BEHIND,
  /** More live events came during a catch-up than the buffer holds. */
  OVERFLOW,
  /** An event's chain is not what its content makes. */
  CHAIN,
  /** The server refused for now. */
  REFUSED,
  /** History did not answer, or not yet. */
  HISTORY
}
