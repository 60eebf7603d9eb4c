package io.tailrace.sequencer.store;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The highest epoch that a partition has seen. Stored as 5 bytes: the epoch, big-endian, then 1
 * where it is whole.
 *
 * @param epoch 0 where the store has seen none
 * @param isWhole whether all that a rebuild brings has come: not between the first record of the
 *     epoch and its end mark, since changes of members may still be on their way. The first epoch
 *     is made by no rebuild
 */
record EpochRow(int epoch, boolean isWhole) {
  static final EpochRow NONE = new EpochRow(0, true);

  /** After an event. */
  EpochRow after(int seen, boolean isBehindMark) {
    if (seen < epoch) {
      return this;
    }
    boolean before = seen == epoch && isWhole;
    return new EpochRow(seen, before || seen == 1 || isBehindMark);
  }

  /** After the end mark of a rebuild. */
  EpochRow afterMark(int marked) {
    return marked < epoch ? this : new EpochRow(marked, true);
  }

  byte[] encode() {
    return ByteBuffer.allocate(5).putInt(epoch).put((byte) (isWhole ? 1 : 0)).array();
  }

  static EpochRow decode(byte @Nullable [] bytes) {
    if (bytes == null) {
      return NONE;
    }
    ByteBuffer in = ByteBuffer.wrap(bytes);
    return new EpochRow(in.getInt(), in.get() != 0);
  }
}
