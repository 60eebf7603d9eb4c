package io.tailrace.client;

import java.util.Map;

/**
 * How far the readers of a channel have read it.
 *
 * @param epoch epoch of the seqs
 * @param head the seq of the last event
 * @param read by user, the seq up to which they have read, on whatever device
 */
public record ChannelReceipts(String channel, int epoch, long head, Map<String, Long> read) {
  /** Copies the collection. */
  public ChannelReceipts {
    read = Map.copyOf(read);
  }
}
