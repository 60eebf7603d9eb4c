package io.tailrace.schemas.testkit;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/** Waits for conditions instead of guessing how long something takes. */
public final class Await {
  /** So long that a machine ten times slower than ours is still given its time. */
  private static final Duration LONGEST = Duration.ofMinutes(3);

  private static final long LOOK_EVERY_NANOS = 5_000_000;

  private Await() {}

  /** Returns once the condition holds; fails after some minutes, naming what did not come. */
  public static void until(String what, Callable<Boolean> condition) {
    until(what, LONGEST, condition);
  }

  /** Returns once the condition holds; fails after the time, naming what did not come. */
  public static void until(String what, Duration longest, Callable<Boolean> condition) {
    long deadline = System.nanoTime() + longest.toNanos();
    Throwable last = null;
    while (true) {
      try {
        if (condition.call()) {
          return;
        }
        last = null;
      } catch (Exception | AssertionError e) {
        last = e;
      }
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError("after " + longest + " still not: " + what, last);
      }
      LockSupport.parkNanos(LOOK_EVERY_NANOS);
    }
  }
}
