package io.tailrace.gateway.resume;

import io.tailrace.gateway.encode.Frame;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The windows of all channels, bounded in age and bytes: what a reconnect is answered from.
 *
 * <p>The rules are those of the model in which each was taken out and seen to fail: repeats are
 * dropped by (epoch, seq) with the chain compared; another chain is a divergence; a hole and a
 * record that cannot be compared begin the window anew, which moves {@link #completeFrom}; epochs
 * are ordered; eviction moves {@link #completeFrom} too. Owned by one thread.
 */
public final class Windows {
  private final long ageMs;
  private final long bytesMax;
  private final long[] keptFrom;
  private final int[] epochs;
  private final Map<String, ChannelWindow> channels = new HashMap<>();
  private final ArrayDeque<Frame> arrivals = new ArrayDeque<>();
  private long bytes;

  /**
   * Empty windows.
   *
   * @param ageMs how long a frame is kept
   * @param bytesMax how much is kept in all
   * @param startOffsets per partition, the offset of the first record that will be given
   */
  public Windows(long ageMs, long bytesMax, long[] startOffsets) {
    if (ageMs <= 0 || bytesMax <= 0) {
      throw new IllegalArgumentException("a window needs an age and room");
    }
    this.ageMs = ageMs;
    this.bytesMax = bytesMax;
    this.keptFrom = startOffsets.clone();
    this.epochs = new int[startOffsets.length];
  }

  private Windows(Windows from) {
    ageMs = from.ageMs;
    bytesMax = from.bytesMax;
    keptFrom = from.keptFrom.clone();
    epochs = from.epochs.clone();
    from.channels.forEach((name, window) -> channels.put(name, window.copy()));
    arrivals.addAll(from.arrivals);
    bytes = from.bytes;
  }

  /** The same windows for another owner; frames are shared, nobody holds a channel there yet. */
  public Windows copy() {
    return new Windows(this);
  }

  /** How many partitions there are. */
  public int partitions() {
    return epochs.length;
  }

  /** The epoch last seen in a partition, 0 where it has shown none yet. */
  public int epoch(int partition) {
    return epochs[partition];
  }

  /** What is kept, in bytes. */
  public long bytes() {
    return bytes;
  }

  /** How many channels have a window or a holder. */
  public int size() {
    return channels.size();
  }

  /** All windows of a partition's channels, in no order. */
  public Collection<ChannelWindow> all() {
    return channels.values();
  }

  /** A channel's window, null where nothing of it is kept and nobody holds it. */
  public @Nullable ChannelWindow find(String channel) {
    return channels.get(channel);
  }

  /** The offset from which the window of a channel is complete. */
  public long completeFrom(ChannelWindow window, int partition) {
    return Math.max(keptFrom[partition], window.beganAtOffset());
  }

  /** A channel's window, kept in being until {@link #release}. */
  public ChannelWindow hold(String channel, int partition) {
    ChannelWindow window =
        channels.computeIfAbsent(channel, name -> new ChannelWindow(name, partition));
    window.hold();
    return window;
  }

  /** Undoes one {@link #hold}. */
  public void release(ChannelWindow window) {
    window.release();
    forgetIfUnused(window);
  }

  /**
   * Moves a partition to an epoch, if that is a higher one: all its windows are emptied.
   *
   * @return whether it was higher
   */
  public boolean raiseEpoch(int partition, int epoch) {
    if (epoch <= epochs[partition]) {
      return false;
    }
    epochs[partition] = epoch;
    for (ChannelWindow window : channels.values()) {
      if (window.partition() == partition) {
        window.forgetAll();
      }
    }
    return true;
  }

  /** Takes the next record of the feed, whose epoch has been given to {@link #raiseEpoch}. */
  public Sighting accept(Frame frame) {
    if (frame.epoch() < epochs[frame.partition()]) {
      return Sighting.STALE;
    }
    Sighting sighting =
        channels
            .computeIfAbsent(frame.channel(), name -> new ChannelWindow(name, frame.partition()))
            .accept(frame);
    arrivals.add(frame);
    bytes += frame.webSocket().length;
    return sighting;
  }

  /** Drops what is too old, and the oldest where there is too much. */
  public void evict(long nowMs) {
    Frame oldest;
    while ((oldest = arrivals.peek()) != null
        && (oldest.arrivedMs() < nowMs - ageMs || bytes > bytesMax)) {
      arrivals.poll();
      bytes -= oldest.webSocket().length;
      int partition = oldest.partition();
      keptFrom[partition] = Math.max(keptFrom[partition], oldest.offset() + 1);
      ChannelWindow window = channels.get(oldest.channel());
      if (window != null) {
        window.evictBelow(keptFrom[partition]);
        forgetIfUnused(window);
      }
    }
  }

  /**
   * A channel of which nothing is kept is forgotten, as if the gateway had begun to read here: the
   * next record of it is the first of a new window.
   */
  private void forgetIfUnused(ChannelWindow window) {
    if (window.isEmpty() && !window.isHeld()) {
      channels.remove(window.channel());
    }
  }
}
