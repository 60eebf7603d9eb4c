package io.tailrace.sequencer.store;

import io.tailrace.schemas.event.Chain;
import java.nio.ByteBuffer;

/**
 * Where a channel stands. Stored as 28 bytes, big-endian, in the order of its fields.
 *
 * @param epoch epoch of the numbering
 * @param seq the highest seq; 0 where the channel has no event
 * @param chain the chain at {@code seq}
 * @param first the lowest seq that is still kept; {@code seq} + 1 where none is
 */
public record Head(int epoch, long seq, long chain, long first) {
  private static final int LENGTH = 4 + 8 + 8 + 8;

  /** The head of a channel without events. */
  public static Head empty(int epoch) {
    return new Head(epoch, 0, Chain.start(epoch), 1);
  }

  byte[] encode() {
    return ByteBuffer.allocate(LENGTH)
        .putInt(epoch)
        .putLong(seq)
        .putLong(chain)
        .putLong(first)
        .array();
  }

  static Head decode(byte[] bytes) {
    if (bytes.length != LENGTH) {
      throw new IllegalArgumentException("a stored head has " + LENGTH + " bytes");
    }
    ByteBuffer in = ByteBuffer.wrap(bytes);
    return new Head(in.getInt(), in.getLong(), in.getLong(), in.getLong());
  }
}
