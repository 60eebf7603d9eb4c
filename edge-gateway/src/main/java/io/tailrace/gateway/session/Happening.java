package io.tailrace.gateway.session;

/** What the core counts. */
public enum Happening {
  /** A record came again, as after an aborted transaction. */
  REPEATED,
  /** A record of an epoch that has passed. */
  STALE,
  /** The same seq with another chain. */
  DIVERGED,
  /** A record that could not be compared with anything kept. */
  INCOMPARABLE,
  /** A seq was skipped in the feed. */
  HOLE,
  /** A partition moved to a higher epoch. */
  EPOCH,
  /** A subscription began and the window had all that was missed. */
  RESUMED,
  /** A subscription began and part of what was missed is read over HTTP. */
  CATCH_UP,
  /** A subscription ended because its events did not fit. */
  BEHIND,
  /** A queue gave something up because all queues together held too much. */
  EVICTED,
  /** A subscription ended because what the client holds is void. */
  RESET,
  /** A subscription ended because the user may not read the channel any more. */
  REVOKED,
  /** A join was asked once more, since members changed above its answer. */
  ASKED_ANEW,
  /** A subscription was put off. */
  NOT_READY,
  /** A subscribe was put off because too many came at once. */
  PUT_OFF,
  /** A signal was taken. */
  SIGNAL_SAID,
  /** A signal was dropped because its author sends too many: a later one stands for it. */
  SIGNAL_OVER_RATE,
  /** A signal was dropped because its author is still being sent what was missed. */
  SIGNAL_EARLY,
  /** Somebody said what they are doing. */
  PRESENCE_SAID,
  /** Somebody said how far they have read. */
  RECEIPT_SAID,
  /** A request was refused. */
  REFUSED
}
