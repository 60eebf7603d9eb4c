package io.tailrace.schemas.topic;

import io.tailrace.schemas.contract.Contracts;
import java.time.Duration;

/**
 * How the topics are laid out.
 *
 * @param partitions partitions of outbox, events and the ephemeral topics; fixed for the life of
 *     the log, since a channel's order lives in one partition
 * @param replication replicas of each partition
 * @param eventsRetention how long the log keeps events: at least the longest contract's retention;
 *     negative for ever
 */
public record TopicPlan(int partitions, short replication, Duration eventsRetention) {
  /** Refuses counts that no cluster can hold. */
  public TopicPlan {
    if (partitions < 1 || partitions > 10_000) {
      throw new IllegalArgumentException("partitions must be 1 to 10000");
    }
    if (replication < 1) {
      throw new IllegalArgumentException("replication must be at least 1");
    }
  }

  /**
   * The plan of an installation with these contracts. Every service that makes topics takes it from
   * here, so that whichever comes first lays the log out as all the others would.
   *
   * @throws IllegalArgumentException where the contracts ask for more partitions than there are
   */
  public static TopicPlan of(Contracts contracts, int partitions, int replication) {
    Placement.of(contracts).requireRoom(partitions);
    return new TopicPlan(partitions, (short) replication, contracts.longestRetention());
  }
}
