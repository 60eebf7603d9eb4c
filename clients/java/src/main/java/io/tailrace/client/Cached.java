package io.tailrace.client;

import java.util.List;

/**
 * What a cache holds of a channel: how far a reader had come, and what it had last.
 *
 * @param place following goes on from here
 * @param events in order; after a snapshot, its entities come first
 * @param complete whether nothing older was dropped; else {@link HistoryReader} has the rest
 */
public record Cached(String channel, Place place, List<ChannelEvent> events, boolean complete) {
  /** Copies the events. */
  public Cached {
    events = List.copyOf(events);
  }
}
