package io.tailrace.write.commit;

/**
 * How much is committed together.
 *
 * @param lanes connections that commit at the same time
 * @param queueUnitsMax units that wait in one lane; more are refused
 * @param batchRowsMax rows after which a batch takes no further unit
 * @param batchBytesMax bytes of data after which a batch takes no further unit
 * @param decideNanosMax how long a unit may be undecided, from its entry into the queue
 */
public record CommitLimits(
    int lanes, int queueUnitsMax, int batchRowsMax, int batchBytesMax, long decideNanosMax) {
  /** Refuses bounds that let nothing through. */
  public CommitLimits {
    if (lanes < 1 || queueUnitsMax < 1 || batchRowsMax < 1 || batchBytesMax < 1) {
      throw new IllegalArgumentException("every limit must be at least 1");
    }
  }
}
