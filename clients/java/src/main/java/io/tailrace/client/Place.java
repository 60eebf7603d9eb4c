package io.tailrace.client;

import io.tailrace.schemas.event.Chain;
import org.jspecify.annotations.Nullable;

/**
 * How far a reader has come in a channel.
 *
 * @param epoch 0 where it is not known
 * @param seq the last event that was applied; 0 before the first
 * @param chain the chain at {@code seq}, or null where it is not known
 */
public record Place(int epoch, long seq, @Nullable Long chain) {
  /** Before everything, of whichever epoch. */
  public static final Place START = new Place(0, 0, null);

  /** After a seq of an epoch that is not known. */
  public static Place after(long seq) {
    return new Place(0, seq, null);
  }

  /** The chain here, which before the first event follows from the epoch alone. */
  public @Nullable Long knownChain() {
    if (chain == null && seq == 0 && epoch > 0) {
      return Chain.start(epoch);
    }
    return chain;
  }
}
