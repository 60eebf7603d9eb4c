package io.tailrace.catchup.receipt;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Channels of one reader, gathered from partitions that each were read in the order of names, so
 * far as their reader went. A name is certain only where every partition has been read up to it.
 * Holds no more than a page. Thread: one.
 */
final class MyPage {
  private final int limit;
  private final NavigableMap<String, MyChannel> channels = new TreeMap<>();
  private @Nullable String readTo;

  /** With the most channels that it gives. */
  MyPage(int limit) {
    this.limit = limit;
  }

  /** Adds one. */
  void add(MyChannel channel) {
    if (isWithin(channel.name())) {
      channels.put(channel.name(), channel);
      while (channels.size() > limit) {
        // There is at least one more: what follows it is for the next page.
        channels.pollLastEntry();
        readTo(channels.lastKey());
      }
    }
  }

  /** Somebody has read up to this name, and has more above it. */
  void readTo(String name) {
    if (readTo == null || name.compareTo(readTo) < 0) {
      readTo = name;
      channels.tailMap(name, false).clear();
    }
  }

  /** Whether a channel of this name could still be in the page. */
  boolean isWithin(String name) {
    return readTo == null || name.compareTo(readTo) <= 0;
  }

  /** What was gathered, in the order of names. */
  List<MyChannel> channels() {
    List<MyChannel> all = new ArrayList<>(channels.size());
    for (Map.Entry<String, MyChannel> entry : channels.entrySet()) {
      all.add(entry.getValue());
    }
    return all;
  }

  /** The name behind which the next page begins; null: this was the last. */
  @Nullable String next() {
    return readTo;
  }
}
