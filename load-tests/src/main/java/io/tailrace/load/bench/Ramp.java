package io.tailrace.load.bench;

/**
 * Looks for the highest rate that is kept: up by a factor as long as they are kept, down by it as
 * long as none was, then halfway between the highest that was and the lowest that was not. One
 * thread.
 */
final class Ramp {
  private static final double CLOSE_ENOUGH = 1.06;

  private final double factor;
  private final int stepsMax;
  private double rate;
  private double kept;
  private double missed = Double.POSITIVE_INFINITY;
  private int steps;

  /** Begins at a rate. */
  Ramp(double first, double factor, int stepsMax) {
    this.rate = first;
    this.factor = factor;
    this.stepsMax = stepsMax;
  }

  /** Whether nothing is left to try. */
  boolean isOver() {
    return steps >= stepsMax || missed / kept < CLOSE_ENOUGH;
  }

  /** What to try now. */
  double rate() {
    return rate;
  }

  /** How it went with {@link #rate}. */
  void tried(boolean wasKept) {
    steps++;
    if (wasKept) {
      kept = Math.max(kept, rate);
    } else {
      missed = Math.min(missed, rate);
    }
    if (kept == 0) {
      rate = missed / factor;
    } else if (missed == Double.POSITIVE_INFINITY) {
      rate = kept * factor;
    } else {
      rate = Math.sqrt(kept * missed);
    }
  }

  /** The highest rate that was kept; 0 where none was. */
  double kept() {
    return kept;
  }
}
