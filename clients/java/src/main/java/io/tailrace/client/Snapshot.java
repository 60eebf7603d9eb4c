package io.tailrace.client;

import java.util.List;

/**
 * A channel's state as of its head at the first page: the latest event of every entity. An entity
 * may be newer than {@code seq}; when the events above {@code seq} are applied, the highest seq of
 * an entity wins.
 */
public record Snapshot(
    String channel, int epoch, long seq, long chain, List<ChannelEvent> entities) {
  /** Copies the entities. */
  public Snapshot {
    entities = List.copyOf(entities);
  }
}
