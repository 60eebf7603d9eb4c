package io.tailrace.sequencer.topology;

import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/**
 * A record's key together with the partition it came from, on the way to a sink.
 *
 * <p>The output goes to the same partition by number and not by the key's hash: the log of one
 * partition must be a function of one input partition, also for a record that somebody put where
 * its key does not belong.
 */
@SuppressWarnings("ArrayRecordComponent") // bytes are handed on, never compared or changed
record PlacedKey(byte @Nullable [] key, int partition) {
  /** Writes the key alone. */
  static final class KeySerializer implements Serializer<PlacedKey> {
    @Override
    public byte @Nullable [] serialize(String topic, PlacedKey placed) {
      return placed.key();
    }
  }
}
