package io.tailrace.gateway.session;

import io.tailrace.schemas.event.MemberChange;
import io.tailrace.schemas.join.JoinWire.Entry;
import org.jspecify.annotations.Nullable;

/** What a change of a channel's members means for somebody who reads the channel. */
public final class Membership {
  private Membership() {}

  /**
   * By what somebody reads after a change, null where they may not read any more.
   *
   * @param entry by what they read before it
   */
  public static @Nullable Entry after(Entry entry, String user, MemberChange change) {
    boolean own = change.user().equals(user);
    return switch (entry) {
      case TOKEN -> entry;
      // The first change closes the channel to all but the one whom it makes a member.
      case OPEN -> own && change.role() != null ? Entry.MEMBER : null;
      case MEMBER -> own && change.role() == null ? null : entry;
    };
  }
}
