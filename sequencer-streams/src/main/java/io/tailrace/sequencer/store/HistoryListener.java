package io.tailrace.sequencer.store;

import io.tailrace.schemas.name.Channel;

/**
 * Hears of the store's progress. Called on the Streams thread that has the partition, after readers
 * can see what is told; must not block and must not throw.
 */
public interface HistoryListener {
  /** Nobody listens. */
  HistoryListener NONE =
      new HistoryListener() {
        @Override
        public void appended(int partition, Channel channel, int epoch, long seq) {}

        @Override
        public void moved(int partition, long position) {}

        @Override
        public void availability(int partition) {}
      };

  /** The channel's head is now at this seq. */
  void appended(int partition, Channel channel, int epoch, long seq);

  /** Everything below this offset is in the store. */
  void moved(int partition, long position);

  /** The partition has become readable, or has ceased to be. */
  void availability(int partition);
}
