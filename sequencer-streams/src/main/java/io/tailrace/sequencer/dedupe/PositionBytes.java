package io.tailrace.sequencer.dedupe;

import io.tailrace.schemas.event.Position;
import java.nio.ByteBuffer;

/** The stored form of a {@link Position}: 28 bytes, big-endian, in the order of its fields. */
public final class PositionBytes {
  private static final int LENGTH = 4 + 4 + 8 + 8 + 4;

  private PositionBytes() {}

  /** Encodes. */
  public static byte[] encode(Position position) {
    return ByteBuffer.allocate(LENGTH)
        .putInt(position.incarnation())
        .putInt(position.timeline())
        .putLong(position.after())
        .putLong(position.xid())
        .putInt(position.index())
        .array();
  }

  /**
   * Decodes.
   *
   * @throws IllegalArgumentException where the length is not that of a position
   */
  public static Position decode(byte[] bytes) {
    if (bytes.length != LENGTH) {
      throw new IllegalArgumentException("a stored position has " + LENGTH + " bytes");
    }
    ByteBuffer in = ByteBuffer.wrap(bytes);
    return new Position(in.getInt(), in.getInt(), in.getLong(), in.getLong(), in.getInt());
  }
}
