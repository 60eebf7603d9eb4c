package io.tailrace.sequencer.store;

import java.nio.ByteBuffer;

/**
 * Since when a channel belongs to its members. Kept only where there is something to say; stored as
 * 20 bytes, big-endian, in the order of its fields.
 *
 * @param epoch epoch of the seqs; a row of an older one says nothing
 * @param began the seq that the log began with when the store first read the channel: above 1 where
 *     older events had left the topic, and with them perhaps changes of members
 * @param closedAt seq of the first change of members; 0: none yet
 */
record ClosingRow(int epoch, long began, long closedAt) {
  private static final int LENGTH = 4 + 8 + 8;

  byte[] encode() {
    return ByteBuffer.allocate(LENGTH).putInt(epoch).putLong(began).putLong(closedAt).array();
  }

  static ClosingRow decode(byte[] bytes) {
    if (bytes.length != LENGTH) {
      throw new IllegalArgumentException("a stored closing has " + LENGTH + " bytes");
    }
    ByteBuffer in = ByteBuffer.wrap(bytes);
    return new ClosingRow(in.getInt(), in.getLong(), in.getLong());
  }
}
