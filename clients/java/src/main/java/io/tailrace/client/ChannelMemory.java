package io.tailrace.client;

import io.tailrace.client.channel.ChannelAction;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * What a cache is to hold of one channel: the events delivered last, at most so many. Owned by the
 * loop thread; keeps nothing where the limit is 0.
 */
final class ChannelMemory {
  private final String channel;
  private final int eventsMax;
  private final ArrayDeque<ChannelEvent> events = new ArrayDeque<>();
  private boolean complete;

  /** Goes on from what was cached; else whoever begins at the start misses nothing. */
  ChannelMemory(String channel, int eventsMax, @Nullable Cached cached, boolean fromTheStart) {
    this.channel = channel;
    this.eventsMax = eventsMax;
    this.complete = cached == null ? fromTheStart : cached.complete();
    if (cached != null) {
      cached.events().forEach(this::add);
    }
  }

  void take(ChannelAction action) {
    if (eventsMax == 0) {
      return;
    }
    switch (action) {
      case ChannelAction.Deliver a -> add(a.event());
      case ChannelAction.TellReset a -> {
        events.removeIf(event -> event.seq() > a.after());
        complete = complete || a.after() == 0;
      }
      case ChannelAction.TellSnapshot a -> {
        events.clear();
        complete = true;
        a.snapshot().entities().stream()
            .sorted(Comparator.comparingLong(ChannelEvent::seq))
            .forEach(this::add);
      }
      case ChannelAction.TellLive _,
          ChannelAction.TellTrouble _,
          ChannelAction.TellEnded _,
          ChannelAction.Unsubscribe _,
          ChannelAction.Request _ -> {
        // nothing that is held changes
      }
    }
  }

  private void add(ChannelEvent event) {
    events.add(event);
    if (events.size() > eventsMax) {
      events.remove();
      complete = false;
    }
  }

  Cached cached(Place place) {
    return new Cached(channel, place, new ArrayList<>(events), complete);
  }
}
