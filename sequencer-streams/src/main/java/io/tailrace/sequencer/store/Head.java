package io.tailrace.sequencer.store;

import io.tailrace.schemas.event.Chain;
import java.nio.ByteBuffer;

/**
 * Where a channel stands. Stored as 36 bytes, big-endian, in the order of its fields.
 *
 * @param epoch epoch of the numbering
 * @param seq the highest seq; 0 where the channel has no event
 * @param chain the chain at {@code seq}
 * @param first the lowest seq that is still kept; {@code seq} + 1 where none is
 * @param lone the highest seq of an event without entity; 0 where there was none. A snapshot that
 *     would have to look for such events need not look above it, and mostly not at all
 */
public record Head(int epoch, long seq, long chain, long first, long lone) {
  private static final int LENGTH = 4 + 8 + 8 + 8 + 8;

  /** The head of a channel without events. */
  public static Head empty(int epoch) {
    return new Head(epoch, 0, Chain.start(epoch), 1, 0);
  }

  /** The same, keeping less. */
  Head keeping(long newFirst) {
    return new Head(epoch, seq, chain, newFirst, lone);
  }

  byte[] encode() {
    return ByteBuffer.allocate(LENGTH)
        .putInt(epoch)
        .putLong(seq)
        .putLong(chain)
        .putLong(first)
        .putLong(lone)
        .array();
  }

  static Head decode(byte[] bytes) {
    if (bytes.length != LENGTH) {
      throw new IllegalArgumentException("a stored head has " + LENGTH + " bytes");
    }
    ByteBuffer in = ByteBuffer.wrap(bytes);
    return new Head(in.getInt(), in.getLong(), in.getLong(), in.getLong(), in.getLong());
  }
}
