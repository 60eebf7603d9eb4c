package io.tailrace.sequencer.store;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What a channel's events have said about one user so far. Stored as 20 bytes, big-endian, in the
 * order of its numbers, then the role.
 *
 * @param epoch epoch of the seqs; a row of an older one says nothing
 * @param changed seq of the last event that was about the user
 * @param visibleFrom first seq that the user may read where one who is added reads what was written
 *     since
 * @param role what the user is; null: no member any more
 */
record MemberRow(int epoch, long changed, long visibleFrom, @Nullable String role) {
  private static final int FIXED = 4 + 8 + 8;

  byte[] encode() {
    byte[] name = role == null ? new byte[0] : role.getBytes(US_ASCII);
    return ByteBuffer.allocate(FIXED + name.length)
        .putInt(epoch)
        .putLong(changed)
        .putLong(visibleFrom)
        .put(name)
        .array();
  }

  static MemberRow decode(byte[] bytes) {
    if (bytes.length < FIXED) {
      throw new IllegalArgumentException("a stored member has at least " + FIXED + " bytes");
    }
    ByteBuffer in = ByteBuffer.wrap(bytes);
    String role = new String(bytes, FIXED, bytes.length - FIXED, US_ASCII);
    return new MemberRow(in.getInt(), in.getLong(), in.getLong(), role.isEmpty() ? null : role);
  }
}
