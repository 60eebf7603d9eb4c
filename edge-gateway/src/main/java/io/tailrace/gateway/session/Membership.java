package io.tailrace.gateway.session;

import io.tailrace.schemas.event.MemberChange;
import io.tailrace.schemas.join.JoinWire.Entry;
import org.jspecify.annotations.Nullable;

/** What a change of a channel's members means for somebody who reads the channel. */
public final class Membership {
  private Membership() {}

  /**
   * What somebody who reads a channel is there.
   *
   * @param entry by what they read
   * @param role what they are as a member; null where they read as something else
   */
  public record Standing(Entry entry, @Nullable String role) {}

  /**
   * What somebody is after a change, null where they may not read any more.
   *
   * @param before what they were
   */
  public static @Nullable Standing after(Standing before, String user, MemberChange change) {
    boolean own = change.user().equals(user);
    String role = change.role();
    return switch (before.entry()) {
      case TOKEN -> before;
      // The first change closes the channel to all but the one whom it makes a member.
      case OPEN -> own && role != null ? new Standing(Entry.MEMBER, role) : null;
      case MEMBER -> {
        if (!own) {
          yield before;
        }
        yield role == null ? null : new Standing(Entry.MEMBER, role);
      }
    };
  }
}
