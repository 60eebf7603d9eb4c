package io.tailrace.gateway.shard;

import io.tailrace.gateway.encode.Frame;
import io.tailrace.gateway.encode.Wire;
import io.tailrace.gateway.lane.SendQueue;
import java.util.List;
import java.util.function.Consumer;

/**
 * Parts of the feed between which a shard writes. A thread that was kept busy finds more events
 * than a queue holds; handed over at once, they would end subscriptions of connections whose
 * sockets take bytes. Owned by the shard's thread.
 */
final class Portions {
  private final long bytesMax;
  private long handed;

  /** Portions of so many bytes, each event counted with what an entry costs; one event at least. */
  Portions(long bytesMax) {
    this.bytesMax = bytesMax;
  }

  /** Everything handed over so far has been written, or waits because sockets take no more. */
  void begin() {
    handed = 0;
  }

  /**
   * Hands frames over in their order.
   *
   * @param to given the frames, some at a time
   * @param full told after each portion, which may have begun in an earlier call
   */
  void split(List<Frame> frames, Consumer<List<Frame>> to, Runnable full) {
    int from = 0;
    for (int i = 0; i < frames.size(); i++) {
      handed += frames.get(i).bytes(Wire.WEB_SOCKET).length + SendQueue.ENTRY_BYTES;
      if (handed >= bytesMax) {
        to.accept(frames.subList(from, i + 1));
        full.run();
        from = i + 1;
        handed = 0;
      }
    }
    if (from < frames.size()) {
      to.accept(frames.subList(from, frames.size()));
    }
  }
}
