package io.tailrace.gateway.lane;

import org.jspecify.annotations.Nullable;

/**
 * What an ephemeral entry is about; made once for all queues that take the entry.
 *
 * @param lane a lane below the events
 * @param channel full name, {@code tenant/kind:id}
 * @param key a later entry of the same lane, channel and key replaces one that waits; null where
 *     none is replaced
 * @param whole whether it tells a whole state, so that nothing before it is needed
 */
public record Subject(Lane lane, String channel, @Nullable String key, boolean whole) {
  /** Whether it means nothing to somebody who has missed one before it. */
  boolean isChange() {
    return lane.hasChanges() && key == null && !whole;
  }

  /** Whether it is one of those that tell a channel's list: a whole state or a change. */
  boolean isOfList(String of) {
    return lane.hasChanges() && (key == null || whole) && channel.equals(of);
  }

  boolean isReplacedBy(Subject later) {
    return key != null && key.equals(later.key) && channel.equals(later.channel);
  }

  int placeIn(int size) {
    int hash = channel.hashCode() * 31 + (key == null ? 0 : key.hashCode());
    return (hash ^ hash >>> 16) & size - 1;
  }
}
