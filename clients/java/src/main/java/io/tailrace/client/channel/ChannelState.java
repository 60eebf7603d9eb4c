package io.tailrace.client.channel;

import io.tailrace.client.Place;
import org.jspecify.annotations.Nullable;

/**
 * All that a follower knows of its channel.
 *
 * @param applied how far it has come, or null: from wherever live begins
 * @param head highest head seen of {@code applied}'s epoch; never goes back within an epoch
 * @param base seq of the snapshot that the follower's state began with, or 0
 * @param canRollBack whether a reset may keep what is below a seq
 * @param request number of the latest history request; answers to others are ignored
 * @param attempts refusals in a row, for the pause before the next try
 * @param brokenAt seq at which the chain last did not fit, or 0
 * @param brokenTimes how often in a row it did not
 */
public record ChannelState(
    @Nullable Place applied,
    long head,
    long base,
    boolean canRollBack,
    long request,
    int attempts,
    long brokenAt,
    int brokenTimes,
    Phase phase) {

  /** Before the first subscribe. */
  public static ChannelState begin(@Nullable Place from, boolean canRollBack) {
    return new ChannelState(from, 0, 0, canRollBack, 0, 0, 0, 0, new Phase.Idle());
  }

  /** The epoch stood at, 0 where none is known. */
  public int epoch() {
    return applied == null ? 0 : applied.epoch();
  }

  /** The last applied seq, 0 before any. */
  public long seq() {
    return applied == null ? 0 : applied.seq();
  }

  ChannelState in(Phase next) {
    return new ChannelState(
        applied, head, base, canRollBack, request, attempts, brokenAt, brokenTimes, next);
  }

  ChannelState at(Place place) {
    return new ChannelState(
        place, head, base, canRollBack, request, attempts, brokenAt, brokenTimes, phase);
  }

  ChannelState head(long seen) {
    return new ChannelState(
        applied, seen, base, canRollBack, request, attempts, brokenAt, brokenTimes, phase);
  }

  ChannelState base(long seq) {
    return new ChannelState(
        applied, head, seq, canRollBack, request, attempts, brokenAt, brokenTimes, phase);
  }

  ChannelState attempts(int count) {
    return new ChannelState(
        applied, head, base, canRollBack, request, count, brokenAt, brokenTimes, phase);
  }

  ChannelState request(long number) {
    return new ChannelState(
        applied, head, base, canRollBack, number, attempts, brokenAt, brokenTimes, phase);
  }

  ChannelState broken(long seq, int times) {
    return new ChannelState(applied, head, base, canRollBack, request, attempts, seq, times, phase);
  }
}
