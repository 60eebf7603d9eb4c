package io.tailrace.relay.slot;

import org.jspecify.annotations.Nullable;

/**
 * A row of {@code pg_replication_slots}, read at one moment.
 *
 * @param walStatus {@code reserved}, {@code extended}, {@code unreserved} or {@code lost}
 * @param confirmed the position up to which the slot was told that all is safe
 * @param lagBytes WAL written since then
 * @param safeBytes WAL that may still be written before the slot is lost; null: no limit
 * @param invalid why it was invalidated, where PostgreSQL says so
 * @param holder who holds it, for people; null: nobody
 */
public record SlotState(
    String plugin,
    boolean inThisDatabase,
    String walStatus,
    long confirmed,
    long lagBytes,
    @Nullable Long safeBytes,
    @Nullable String invalid,
    @Nullable String holder) {

  /** Whether PostgreSQL has removed WAL that the slot needs. */
  public boolean lost() {
    return walStatus.equals("lost") || invalid != null;
  }
}
