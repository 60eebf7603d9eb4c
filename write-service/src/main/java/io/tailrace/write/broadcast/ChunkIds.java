package io.tailrace.write.broadcast;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.UUID;

/**
 * The id of a broadcast's event in a channel: a UUID of version 5 (RFC 9562, section 5.5), with the
 * job's id as the namespace and the channel's full name as the name, so that a repetition is known
 * as one.
 */
final class ChunkIds {
  private static final long VERSION_BITS = 0xf000L;
  private static final long VERSION_5 = 0x5000L;
  private static final long VARIANT_BITS = 0xc000_0000_0000_0000L;
  private static final long VARIANT_RFC = 0x8000_0000_0000_0000L;

  private ChunkIds() {}

  static UUID of(UUID job, String fullName) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-1");
      sha.update(
          ByteBuffer.allocate(16)
              .putLong(job.getMostSignificantBits())
              .putLong(job.getLeastSignificantBits())
              .array());
      ByteBuffer digest = ByteBuffer.wrap(sha.digest(fullName.getBytes(StandardCharsets.UTF_8)));
      long high = digest.getLong() & ~VERSION_BITS | VERSION_5;
      long low = digest.getLong() & ~VARIANT_BITS | VARIANT_RFC;
      return new UUID(high, low);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-1", e);
    }
  }
}
