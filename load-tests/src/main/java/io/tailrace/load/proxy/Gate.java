package io.tailrace.load.proxy;

import java.util.concurrent.TimeUnit;

/** Lets all connections of a proxy stand still for a while, or for good be left alone. */
final class Gate {
  private long stillUntilNanos = System.nanoTime();
  private boolean calm;

  /** Returns once bytes may pass. */
  synchronized void await() throws InterruptedException {
    for (long left = left(); left > 0; left = left()) {
      TimeUnit.NANOSECONDS.timedWait(this, left);
    }
  }

  private long left() {
    return calm ? 0 : stillUntilNanos - System.nanoTime();
  }

  synchronized void still(long ms) {
    stillUntilNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ms);
  }

  synchronized void calm() {
    calm = true;
    notifyAll();
  }

  synchronized boolean isCalm() {
    return calm;
  }
}
