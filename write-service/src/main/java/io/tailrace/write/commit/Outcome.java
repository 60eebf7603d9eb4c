package io.tailrace.write.commit;

import java.util.BitSet;
import java.util.Map;

/**
 * What the database did with a batch.
 *
 * @param xid of the transaction, which is committed
 * @param lost indexes of the units whose key was claimed before; nothing of them was written
 * @param stopped the units that may not be written, or not now; nothing of them was written
 */
record Outcome(String xid, BitSet lost, Map<Integer, Checks.Verdict> stopped) {
  boolean wrote(int unit) {
    return !lost.get(unit) && !stopped.containsKey(unit);
  }
}
