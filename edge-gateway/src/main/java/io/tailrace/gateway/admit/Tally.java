package io.tailrace.gateway.admit;

import java.util.concurrent.ConcurrentHashMap;

/**
 * How many are open of each key. A key of which none is open is not kept, so there are never more
 * keys than places taken. Safe for any thread.
 */
final class Tally<K> {
  private final int most;
  private final ConcurrentHashMap<K, Integer> open = new ConcurrentHashMap<>();

  /**
   * Nothing is open.
   *
   * @param most of one key at once; 0 for no bound
   */
  Tally(int most) {
    this.most = most;
  }

  /**
   * Takes a place; false where all of the key's places are taken. Whoever got one gives it back.
   */
  boolean take(K key) {
    int now = open.merge(key, 1, Integer::sum);
    if (most > 0 && now > most) {
      give(key);
      return false;
    }
    return true;
  }

  /** Gives a place back. */
  void give(K key) {
    open.computeIfPresent(key, (_, count) -> count == 1 ? null : count - 1);
  }

  /** Keys of which any is open. */
  int keys() {
    return open.size();
  }

  int most() {
    return most;
  }
}
