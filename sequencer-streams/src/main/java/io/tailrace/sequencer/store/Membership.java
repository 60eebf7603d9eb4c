package io.tailrace.sequencer.store;

import org.jspecify.annotations.Nullable;

/**
 * What a channel's members are to one user, at one moment.
 *
 * @param closedAt seq of the channel's first change of members, from which on it is its members'
 *     alone; 0: it has never had any and is open
 * @param role what the user is in the channel; null: no member
 * @param visibleFrom first seq that the user, a member, may read where one who is added reads what
 *     was written since
 */
public record Membership(long closedAt, @Nullable String role, long visibleFrom) {
  /** Nobody has ever been a member. */
  public static final Membership OPEN = new Membership(0, null, 1);

  /** Whether the channel is its members' alone. */
  public boolean isClosed() {
    return closedAt > 0;
  }

  /** Whether the user is one. */
  public boolean isMember() {
    return role != null;
  }

  /** Of what is stored; rows of another epoch than the channel's say nothing. */
  static Membership of(int epoch, @Nullable ClosingRow closing, @Nullable MemberRow member) {
    if (closing == null || closing.epoch() != epoch || closing.closedAt() == 0) {
      return OPEN;
    }
    return member == null || member.epoch() != epoch
        ? new Membership(closing.closedAt(), null, 1)
        : new Membership(closing.closedAt(), member.role(), member.visibleFrom());
  }
}
