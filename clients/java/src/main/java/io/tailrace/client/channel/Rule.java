package io.tailrace.client.channel;

/**
 * The rules of the core. All of them are on; the simulation takes one out at a time and has to
 * fail, which shows that each is needed and that the simulation would notice its loss.
 */
enum Rule {
  /** An event at or below the last applied seq is dropped. */
  DROPS_REPEATS,
  /** An event above the next seq is a gap: subscribe again, apply nothing. */
  STOPS_AT_GAPS,
  /** A subscribe states what was applied, whatever {@code behind} says was sent. */
  ASKS_FROM_APPLIED,
  /** An answer counts only for the latest ask. */
  MATCHES_ASKS,
  /** An answer of history counts only for the latest read. */
  MATCHES_READS,
  /** Frames count only of the link that holds the subscription. */
  MATCHES_LINKS,
  /** What comes from a lower epoch is not ready, never a step back. */
  NEVER_GOES_BACK_AN_EPOCH,
  /** A higher epoch voids all that is held. */
  VOIDS_OLD_EPOCHS,
  /** Live events wait while history is read. */
  BUFFERS_LIVE_EVENTS,
  /** A full buffer costs one more subscribe, since its tail is lost. */
  ASKS_AFTER_OVERFLOW,
  /** {@code behind} ends the subscription: subscribe again. */
  ASKS_AFTER_BEHIND,
  /** {@code reset} ends the subscription: subscribe again. */
  ASKS_AFTER_RESET,
  /** Who cannot roll back to a seq drops all. */
  DROPS_ALL_WHERE_NO_ROLL_BACK,
  /** A reset to where the chain is not known, as below a snapshot, drops all. */
  ROLLS_BACK_TO_KNOWN_CHAINS,
  /** An event's chain must follow from the one before. */
  CHECKS_CHAINS,
  /** The last event, when it comes once more, must be the one that was applied. */
  COMPARES_REPEATS,
  /** A chain that stays broken is answered by reading everything anew. */
  RELOADS_ON_BROKEN_CHAIN,
  /** A wait that history gave up is answered by subscribing again, not by the same wait. */
  ASKS_AFTER_TIMEOUT,
  /** A page that brings nothing is answered by subscribing again. */
  ASKS_AFTER_EMPTY_PAGE,
  /** A page of another epoch is not applied. */
  CHECKS_PAGE_EPOCH,
  /** History that is gone is replaced by the snapshot. */
  SNAPSHOT_WHEN_GONE,
  /** A snapshot that is not newer than what is held is not applied. */
  SNAPSHOT_ONLY_FORWARD,
  /** A snapshot of another epoch than the subscription's is not applied. */
  CHECKS_SNAPSHOT_EPOCH,
  /** Behind the snapshot, reading goes on to where live began. */
  READS_ON_AFTER_SNAPSHOT,
  /** A read that failed for now is made again. */
  READS_AGAIN,
  /** A refusal for now is followed by another ask. */
  ASKS_AFTER_REFUSAL,
  /** A refusal that waiting does not mend ends it. */
  ENDS_ON_REFUSAL,
  /** {@code revoked} ends it. */
  ENDS_WHEN_REVOKED,
  /** What the answer hides from this reader is passed over, not waited for. */
  BEGINS_WHERE_ALLOWED,
  /** The highest head seen of an epoch stays: nobody is told of being live below it. */
  KEEPS_THE_HIGHEST_HEAD
}
