package io.tailrace.client;

import org.jspecify.annotations.Nullable;

/**
 * Where a client keeps its channels over a restart. What it holds belongs to one user: use one
 * cache per user. {@link #read} is called by whoever subscribes, the others from one thread of the
 * client's at a time; all may block.
 */
public interface ChannelCache {
  /** What was written last, or null. What cannot be read is as if it were not there. */
  @Nullable Cached read(String channel);

  /**
   * Keeps this in place of what was there, whole or not at all.
   *
   * @throws java.io.UncheckedIOException where that fails; the client goes on without
   */
  void write(Cached cached);

  /** Forgets the channel. */
  void remove(String channel);
}
