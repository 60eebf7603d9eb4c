package io.tailrace.gateway.drain;

import java.util.random.RandomGenerator;

/**
 * When each of many connections goes. Drawing a time for each by itself would give clumps and gaps;
 * here each has a slot of its own, all equally long, and goes at a random moment of that: in any
 * stretch of time there go as many as there should, give or take one at either end, and several
 * gateways that leave together do not fall into step.
 */
public final class Spread {
  private static final long MS_PER_SECOND = 1000;

  private Spread() {}

  /**
   * How long it takes to let so many go.
   *
   * @param perSecond how many may go in a second
   * @param longestMs bound of the answer; with it, more go in a second
   * @return milliseconds
   */
  public static long windowMs(long connections, int perSecond, long longestMs) {
    return Math.min(longestMs, Math.ceilDiv(connections * MS_PER_SECOND, perSecond));
  }

  /**
   * The delay of each connection, ascending.
   *
   * @return as many as there are connections, from 0 to below the window, in milliseconds
   */
  public static long[] delays(int connections, long windowMs, RandomGenerator random) {
    long[] delays = new long[connections];
    for (int i = 0; i < connections; i++) {
      delays[i] = (long) ((i + random.nextDouble()) * windowMs / connections);
    }
    return delays;
  }
}
