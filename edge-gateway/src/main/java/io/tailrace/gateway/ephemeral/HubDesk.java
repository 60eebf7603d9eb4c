package io.tailrace.gateway.ephemeral;

import org.jspecify.annotations.Nullable;

/**
 * One kind of ephemeral traffic. Pure: what it decides is a function of what it was told and of the
 * times given. Owned by the hub's thread. It hears everything that shards say, and takes what is
 * its own.
 */
public interface HubDesk {
  /** The topic that it writes and reads. */
  String topic();

  /**
   * What places a record of this key on a partition: a full channel name, so that whatever belongs
   * to a channel lies beside its events. The key itself, where that is one.
   */
  default String placedBy(String key) {
    return key;
  }

  /**
   * Whether each region has a topic of its own, and is shown those of the others too; else there is
   * one, which is written at home and mirrored to the others under its own name.
   */
  default boolean isOfEachRegion() {
    return false;
  }

  /** How far back reading begins, in milliseconds; 0: what is written from now on is read. */
  default long startBackMs() {
    return 0;
  }

  /**
   * Whether a record that could not be written is written later: then the latest of each key is
   * kept for that. What is not durable is dropped.
   */
  default boolean isDurable() {
    return false;
  }

  /** Something came from this gateway's shards. */
  void said(HubInput input, long nowMs, HubOut out);

  /**
   * A record of the topic, written by any gateway of this region, this one too.
   *
   * @param value null where the record deletes its key
   * @param writtenMs when the broker took it; clocks differ a little, so it may be after now
   */
  void read(String key, byte @Nullable [] value, long writtenMs, long nowMs, HubOut out);

  /**
   * A record of another region's topic, mirrored here.
   *
   * @param ageMs how old it is at least, whatever the other region's clocks say
   */
  default void readFar(String key, byte @Nullable [] value, long ageMs, long nowMs, HubOut out) {
    read(key, value, nowMs - ageMs, nowMs, out);
  }

  /** Time has passed; about every 100 ms, and at the latest after a batch of anything else. */
  void tick(long nowMs, HubOut out);

  /** The gateway ends in order: the last that is written. */
  default void leave(long nowMs, HubOut out) {}
}
