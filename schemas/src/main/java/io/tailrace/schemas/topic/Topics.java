package io.tailrace.schemas.topic;

import java.util.List;

/** Names of the topics; protocol.md's table. */
public final class Topics {
  /** Committed rows in commit order, before they have a seq. Key: full channel name. */
  public static final String OUTBOX = "tailrace.outbox";

  /** The log: events with epoch, seq and chain. Key: full channel name. */
  public static final String EVENTS = "tailrace.events";

  /** What could not be sequenced, as it came, with the reason in headers. */
  public static final String DEADLETTER = "tailrace.deadletter";

  /** Signals: typing, cursors. Lossy, kept for minutes. */
  public static final String SIGNALS = "tailrace.signals";

  /** Presence digests of gateways. Kept for minutes. */
  public static final String PRESENCE = "tailrace.presence";

  /** How far each user has read. Compacted. */
  public static final String RECEIPTS = "tailrace.receipts";

  /** The sequencer's consumer group, and the prefix of its changelog topics. */
  public static final String SEQUENCER_GROUP = "tailrace-sequencer";

  private Topics() {}

  /** All topics. */
  public static List<String> all() {
    return List.of(OUTBOX, EVENTS, DEADLETTER, SIGNALS, PRESENCE, RECEIPTS);
  }
}
