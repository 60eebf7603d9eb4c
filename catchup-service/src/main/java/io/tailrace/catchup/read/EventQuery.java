package io.tailrace.catchup.read;

import java.time.Duration;

/**
 * What is asked of a channel's events.
 *
 * @param after events with a higher seq
 * @param limit at most so many
 * @param minSeq the store must have it, 0 for none
 * @param epoch the caller's epoch, 0 for any
 * @param poll how long an empty answer may wait for an event
 */
public record EventQuery(long after, int limit, long minSeq, int epoch, Duration poll) {
  /** Most events in one answer. */
  public static final int LIMIT_MAX = 1000;

  /** Events in an answer where no limit is asked for. */
  public static final int LIMIT_DEFAULT = 256;

  /** Longest long poll. */
  public static final Duration WAIT_MAX = Duration.ofSeconds(30);
}
