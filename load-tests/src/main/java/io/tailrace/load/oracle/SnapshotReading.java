package io.tailrace.load.oracle;

import java.util.Map;

/**
 * One whole snapshot.
 *
 * @param seq the head at its first page
 * @param chain the chain that it claims for {@code seq}
 * @param entities the latest event of each entity; one that changed while the pages were read may
 *     be newer than {@code seq}
 */
public record SnapshotReading(
    String reader, int epoch, long seq, long chain, Map<String, Sighting> entities) {
  public SnapshotReading {
    entities = Map.copyOf(entities);
  }
}
