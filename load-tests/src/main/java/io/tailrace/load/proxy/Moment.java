package io.tailrace.load.proxy;

import io.tailrace.load.proxy.Trigger.Side;

/**
 * Finds the moment of a fault in the bytes of a conversation, however they are cut into chunks: the
 * trigger is searched with the automaton of Knuth, Morris and Pratt (1977), which never looks at a
 * byte twice. The threads of both directions may call it.
 */
final class Moment {
  private final Trigger trigger;
  private final int[] fallback;
  private int matched;
  private boolean seen;
  private long left;

  /**
   * @param bytes how many the server still sends after the trigger
   */
  Moment(Trigger trigger, long bytes) {
    this.trigger = trigger;
    this.left = bytes;
    this.seen = trigger.length() == 0;
    this.fallback = new int[trigger.length()];
    for (int i = 1, k = 0; i < fallback.length; i++) {
      while (k > 0 && trigger.at(i) != trigger.at(k)) {
        k = fallback[k - 1];
      }
      if (trigger.at(i) == trigger.at(k)) {
        k++;
      }
      fallback[i] = k;
    }
  }

  /** How many bytes of this chunk still pass before the moment; -1 if it is not in this chunk. */
  synchronized int within(Side from, byte[] chunk, int length) {
    int begin = 0;
    if (!seen) {
      if (from != trigger.side()) {
        return -1;
      }
      begin = endOfTrigger(chunk, length);
      if (begin < 0) {
        return -1;
      }
      seen = true;
    }
    if (from == Side.CLIENT) {
      return -1;
    }
    if (length - begin >= left) {
      return begin + (int) left;
    }
    left -= length - begin;
    return -1;
  }

  private int endOfTrigger(byte[] chunk, int length) {
    for (int i = 0; i < length; i++) {
      while (matched > 0 && chunk[i] != trigger.at(matched)) {
        matched = fallback[matched - 1];
      }
      if (chunk[i] == trigger.at(matched) && ++matched == trigger.length()) {
        return i + 1;
      }
    }
    return -1;
  }
}
