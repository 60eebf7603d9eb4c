package io.tailrace.gateway.admit;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * A gate of its own for each key. Gates that have nothing to remember are forgotten; where there
 * are too many that have, the one that was asked the longest ago. Safe for any thread.
 */
final class KeyedGates<K> {
  private final Supplier<RateGate> make;
  private final int keysMax;
  private final Map<K, RateGate> gates = new LinkedHashMap<>(16, 0.75f, true);

  /**
   * No gates yet.
   *
   * @param make a gate that nobody has passed
   * @param keysMax gates at once
   */
  KeyedGates(Supplier<RateGate> make, int keysMax) {
    this.make = make;
    this.keysMax = keysMax;
  }

  /**
   * Asks the gate of a key.
   *
   * @return 0 to go on, else the milliseconds after which to ask again
   */
  synchronized long take(K key, long nowNanos) {
    long waitMs = gates.computeIfAbsent(key, _ -> make.get()).take(nowNanos, 1);
    Iterator<RateGate> oldest = gates.values().iterator();
    // Two for one that may have come, so that the idle ones run out.
    for (int i = 0; i < 2 && oldest.hasNext(); i++) {
      if (!oldest.next().isIdle(nowNanos) && gates.size() <= keysMax) {
        break;
      }
      oldest.remove();
    }
    return waitMs;
  }

  synchronized int size() {
    return gates.size();
  }
}
