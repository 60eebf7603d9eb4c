package io.tailrace.client;

import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Brings what changed to the cache: a while after the first change, all of it, one write after the
 * other on a thread of the network's. A crash in between costs nothing but that while: what was not
 * kept is delivered once more after the restart. Owned by the loop thread; holds one entry per
 * channel.
 */
final class CacheKeeper {
  private static final long COLLECT_MS = 200;

  /** The ways out. */
  interface Edges {
    void later(long ms, Runnable task);

    /** Runs on the loop thread, soon. */
    void post(Runnable task);

    /** The cache does not take it. */
    void failed(String channel, UncheckedIOException failure);
  }

  private final ChannelCache cache;
  private final Executor network;
  private final Edges edges;
  private final Map<String, Follower> changed = new LinkedHashMap<>();
  private boolean scheduled;

  CacheKeeper(ChannelCache cache, Executor network, Edges edges) {
    this.cache = cache;
    this.network = network;
    this.edges = edges;
  }

  void changed(Follower follower) {
    changed.put(follower.channel(), follower);
    if (!scheduled) {
      scheduled = true;
      edges.later(COLLECT_MS, this::write);
    }
  }

  private void write() {
    List<Change> latest = take();
    network.execute(() -> {
      write(latest, failed -> edges.post(() -> edges.failed(failed.channel, failed.cause)));
      edges.post(this::written);
    });
  }

  private void written() {
    scheduled = !changed.isEmpty();
    if (scheduled) {
      edges.later(COLLECT_MS, this::write);
    }
  }

  /** When the loop has ended: what has changed since. */
  void writeLast() {
    write(take(), failed -> edges.failed(failed.channel, failed.cause));
  }

  /** What is to be kept of a channel; null: nothing, any more. */
  private record Change(String channel, @Nullable Cached cached) {}

  private List<Change> take() {
    List<Change> latest = new ArrayList<>();
    changed.forEach((channel, follower) -> {
      Cached cached = follower.cached();
      if (cached != null || follower.lostItsRight()) {
        latest.add(new Change(channel, cached));
      }
    });
    changed.clear();
    return latest;
  }

  private record Failed(String channel, UncheckedIOException cause) {}

  private void write(List<Change> latest, Consumer<Failed> failed) {
    // The last write of a client may come while the one before it is still under way.
    synchronized (cache) {
      for (Change change : latest) {
        try {
          if (change.cached == null) {
            cache.remove(change.channel);
          } else {
            cache.write(change.cached);
          }
        } catch (UncheckedIOException e) {
          failed.accept(new Failed(change.channel, e));
        }
      }
    }
  }
}
