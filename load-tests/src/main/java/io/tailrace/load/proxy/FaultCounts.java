package io.tailrace.load.proxy;

import java.util.Map;
import java.util.TreeMap;

/** What befell how many connections, by name; safe for all threads. */
public final class FaultCounts {
  private final Map<String, Long> counts = new TreeMap<>();

  synchronized void count(Fault fault) {
    counts.merge(fault.words(), 1L, Long::sum);
  }

  /** By the words of {@link Fault}. */
  public synchronized Map<String, Long> all() {
    return Map.copyOf(counts);
  }
}
