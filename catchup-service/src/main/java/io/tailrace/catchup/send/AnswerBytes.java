package io.tailrace.catchup.send;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Bounds the bytes of answers that are on their way as a whole: a reader that takes its time holds
 * its answer in memory, and no number of them may fill it. Thread: any.
 */
public final class AnswerBytes {
  private final long bytesMax;
  private final AtomicLong bytes = new AtomicLong();

  /** With the most bytes at once. */
  public AnswerBytes(long bytesMax) {
    this.bytesMax = bytesMax;
  }

  /** A quarter of the heap. */
  public static AnswerBytes ofHeap() {
    return new AnswerBytes(Runtime.getRuntime().maxMemory() / 4);
  }

  /** How many are on their way now. */
  public long current() {
    return bytes.get();
  }

  /** Counts an answer; false, and not counted, where it is full. */
  boolean take(int size) {
    if (bytes.addAndGet(size) > bytesMax) {
      bytes.addAndGet(-size);
      return false;
    }
    return true;
  }

  /** The answer is gone. */
  void give(int size) {
    bytes.addAndGet(-size);
  }
}
