package io.tailrace.sequencer.number;

import io.tailrace.schemas.event.Chain;
import io.tailrace.schemas.event.OutboxRecord;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * How far a channel has been numbered. Stored as 20 bytes, big-endian, in the order of its fields.
 *
 * @param epoch epoch of {@code seq}
 * @param seq the last seq that was given; from 1
 * @param chain the chain at {@code seq}
 */
public record ChannelState(int epoch, long seq, long chain) {
  private static final int LENGTH = 4 + 8 + 8;

  /**
   * The state after one more record. The epoch is the record's incarnation: a new one begins again
   * at 1.
   *
   * @throws StepBackException where the record belongs to an older epoch than the channel
   */
  public static ChannelState after(@Nullable ChannelState last, OutboxRecord record) {
    int epoch = record.position().incarnation();
    if (last == null || epoch > last.epoch) {
      return following(epoch, 0, Chain.start(epoch), record);
    }
    if (epoch < last.epoch) {
      throw new StepBackException(last.epoch, epoch);
    }
    return following(epoch, last.seq, last.chain, record);
  }

  private static ChannelState following(int epoch, long seq, long chain, OutboxRecord record) {
    return new ChannelState(epoch, seq + 1, Chain.next(chain, record.envelope(), record.data()));
  }

  /** Encodes. */
  public byte[] encode() {
    return ByteBuffer.allocate(LENGTH).putInt(epoch).putLong(seq).putLong(chain).array();
  }

  /**
   * Decodes.
   *
   * @throws IllegalArgumentException where the length is not that of a state
   */
  public static ChannelState decode(byte[] bytes) {
    if (bytes.length != LENGTH) {
      throw new IllegalArgumentException("a stored channel state has " + LENGTH + " bytes");
    }
    ByteBuffer in = ByteBuffer.wrap(bytes);
    return new ChannelState(in.getInt(), in.getLong(), in.getLong());
  }
}
