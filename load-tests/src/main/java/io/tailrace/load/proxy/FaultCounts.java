package io.tailrace.load.proxy;

import java.util.Map;
import java.util.TreeMap;

/** What befell how many connections, by name; safe for all threads. */
public final class FaultCounts {
  /** Live connections that ended after they had been told {@code drain}. */
  public static final String DRAINED = "live connections drained";

  /** Those that had been subscribed and ended otherwise, whoever ended them. */
  public static final String UNTOLD = "live connections ended";

  private final Map<String, Long> counts = new TreeMap<>();

  void count(Fault fault) {
    count(fault.words());
  }

  synchronized void count(String words) {
    counts.merge(words, 1L, Long::sum);
  }

  /** By the words of {@link Fault}, and how live connections ended. */
  public synchronized Map<String, Long> all() {
    return Map.copyOf(counts);
  }
}
