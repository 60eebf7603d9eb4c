package io.tailrace.write.commit;

import io.tailrace.schemas.name.Channel;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Channels that are registered for certain, the ones used last. A channel never ceases to be
 * registered, so nothing here grows stale; one that was forgotten is asked about again. Owned by
 * one lane.
 */
final class KnownChannels {
  private final Map<Channel, Boolean> channels;

  KnownChannels(int channelsMax) {
    channels =
        new LinkedHashMap<>(16, 0.75f, true) {
          private static final long serialVersionUID = 1L;

          @Override
          protected boolean removeEldestEntry(Map.Entry<Channel, Boolean> eldest) {
            return size() > channelsMax;
          }
        };
  }

  boolean has(Channel channel) {
    return channels.get(channel) != null;
  }

  void add(Channel channel) {
    channels.put(channel, true);
  }

  int size() {
    return channels.size();
  }
}
