package io.tailrace.gateway.resume;

/** What one record of the uncommitted feed means for the window of its channel. */
public enum Sighting {
  /** The next seq, or the first that this window sees. */
  APPENDED,
  /** Seen before with the same chain: an aborted transaction emitted again, or a zombie. */
  REPEATED,
  /** Of an epoch that has passed. */
  STALE,
  /** The same seq with another chain: what was sent from that seq on is void. */
  DIVERGED,
  /** Below the window, where nothing is left to compare with: the window begins anew. */
  INCOMPARABLE,
  /** Above the next seq: the window begins anew. */
  HOLE
}
