package io.tailrace.load.oracle;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One whole snapshot.
 *
 * @param user as whom it was read; null where the channel is open to everybody
 * @param seq the head at its first page
 * @param chain the chain that it claims for {@code seq}
 * @param entities the latest event of each entity, and each event without one, by {@link #keyOf};
 *     one that changed while the pages were read may be newer than {@code seq}
 */
public record SnapshotReading(
    String reader,
    @Nullable String user,
    int epoch,
    long seq,
    long chain,
    Map<String, Sighting> entities) {
  public SnapshotReading {
    entities = Map.copyOf(entities);
  }

  /** Of a channel that is open to its reader. */
  public SnapshotReading(
      String reader, int epoch, long seq, long chain, Map<String, Sighting> entities) {
    this(reader, null, epoch, seq, chain, entities);
  }

  /**
   * The key of an event: its entity, or, since an event without one stands for itself, its seq
   * behind a character that no entity has.
   */
  public static String keyOf(@Nullable String entity, long seq) {
    return entity == null ? "\0" + seq : entity;
  }
}
