package io.tailrace.gateway.ephemeral;

import org.jspecify.annotations.Nullable;

/** Where a desk puts what it has decided; carried out after the call, in this order. */
public interface HubOut {
  /**
   * Writes a record to the desk's topic. Never waits.
   *
   * @param value null deletes the key
   */
  void write(String key, byte @Nullable [] value);

  /** Shows a frame to subscribers on this gateway. */
  void show(EphemeralFrame frame);

  /** Why something is not written or not shown. */
  enum Drop {
    /** More waits than may. */
    FULL,
    /** A later one took its place before it was written or shown. */
    REPLACED,
    /** More came than very many readers are shown at once. */
    CROWDED,
    /** It is older than it may be. */
    STALE,
    /** A record that is not what the topic holds. */
    UNREADABLE,
    /** Kafka did not take it in time. */
    UNSENT
  }

  /** Counts what is not written or not shown. */
  default void dropped(Drop reason) {}
}
