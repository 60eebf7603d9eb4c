package io.tailrace.client;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A run of history.
 *
 * @param head the channel's highest seq when it was read
 * @param next {@code after} of the page that follows, or null when this one reached the head
 */
public record EventPage(
    String channel, int epoch, long head, List<ChannelEvent> events, @Nullable Long next) {
  /** Copies the events. */
  public EventPage {
    events = List.copyOf(events);
  }
}
