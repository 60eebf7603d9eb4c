package io.tailrace.gateway.lane;

import java.nio.ByteBuffer;

/**
 * Bytes that several queues of one shard refer to. They are counted once, for as long as one of
 * them does. Owned by the shard's thread; the bytes themselves are never changed.
 */
public final class Shared {
  private final ByteBuffer whole;
  private int holders;

  /** Around a buffer from its position, which is 0, to its limit. */
  public Shared(ByteBuffer whole) {
    this.whole = whole;
  }

  /** Around an array. */
  public static Shared of(byte[] bytes) {
    return new Shared(ByteBuffer.wrap(bytes));
  }

  /** A view of all, its position the caller's own. */
  public ByteBuffer view() {
    return whole.duplicate();
  }

  /** A view of a part. */
  public ByteBuffer view(int from, int length) {
    return whole.slice(from, length);
  }

  /** How many bytes there are. */
  public int size() {
    return whole.capacity();
  }

  /** One more refers to it; how many bytes are held now that were not. */
  int hold() {
    return holders++ == 0 ? size() : 0;
  }

  /** One fewer refers to it; how many bytes are held no longer. */
  int release() {
    return --holders == 0 ? size() : 0;
  }
}
