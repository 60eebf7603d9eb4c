package io.tailrace.schemas.contract;

import java.util.Map;
import java.util.Set;

/**
 * What one kind of channel promises. The first five answers can be given in one way only today;
 * they stand in every contract so that a reader need not know that.
 *
 * @param ownWrite when an author sees the own write: {@code after-commit}
 * @param visibleToOthers when others see it: {@code after-commit}
 * @param order scope of order: {@code channel}
 * @param loss what may be lost of events: {@code none}
 * @param longAbsence what is given after a long absence: {@code snapshot} or {@code events}
 * @param dataBytesMax largest data of an event, in bytes
 * @param types schema of data by event type
 * @param snapshotAfter more events behind than this: the snapshot is offered
 * @param revisions whether entities have revisions (compare-and-set)
 * @param lanes names of the lanes that a subscriber may have
 */
public record Contract(
    String kind,
    String ownWrite,
    String visibleToOthers,
    String order,
    String loss,
    String longAbsence,
    Rights rights,
    int dataBytesMax,
    Map<String, DataSchema> types,
    Limits limits,
    Retention retention,
    long snapshotAfter,
    boolean revisions,
    Set<String> lanes,
    Presence presence) {

  /** Copies the collections. */
  public Contract {
    types = Map.copyOf(types);
    lanes = Set.copyOf(lanes);
  }

  /** Who may do what. */
  public record Rights(Right subscribe, Right publish, Right create, Right presence) {}

  /** Rates: publishes per user and second, subscriptions per connection. */
  public record Limits(int publishPerSecond, int subscriptions) {}

  /** What is kept of a channel: at most so many events, none older than so many days. */
  public record Retention(long events, int days) {}

  /** Heartbeat interval and time to live of presence, in milliseconds. */
  public record Presence(long heartbeatMs, long ttlMs) {}
}
