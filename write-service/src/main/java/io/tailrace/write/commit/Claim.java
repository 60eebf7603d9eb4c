package io.tailrace.write.commit;

import java.util.Comparator;

/**
 * An idempotency key that a write claims; who claims it first is the write, all others repeat it.
 *
 * @param bodyHash hexadecimal digest of where the body was sent and the body itself
 */
public record Claim(String tenant, String author, String key, String bodyHash) {
  /** The order in which every transaction claims, so that two of them never wait for each other. */
  static final Comparator<Claim> ORDER =
      Comparator.comparing(Claim::tenant).thenComparing(Claim::author).thenComparing(Claim::key);

  /** Whether both are the same key; the bodies may differ. */
  boolean sameKey(Claim other) {
    return key.equals(other.key) && author.equals(other.author) && tenant.equals(other.tenant);
  }
}
