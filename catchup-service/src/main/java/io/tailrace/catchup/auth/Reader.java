package io.tailrace.catchup.auth;

import io.tailrace.schemas.contract.Contract;
import io.tailrace.schemas.contract.Right;
import io.tailrace.schemas.join.JoinWire;
import io.tailrace.schemas.name.Channel;
import io.tailrace.sequencer.store.HistoryReader;
import io.tailrace.sequencer.store.Membership;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who asks to read a channel. What the token says stands fixed; the rest is decided in
 * each moment of the store that something is read from, and never before a wait.
 *
 * @param contract what the channel's kind promises; null: there is no such kind, or the token may
 *     not read the channel. Who asks so goes the same way as everybody up to the refusal, so that
 *     neither the answer nor its time tells a hidden channel from one that does not exist
 */
public record Reader(Channel channel, String user, @Nullable Contract contract) {
  /** What one moment says. */
  public sealed interface Standing {
    /**
     * They may read.
     *
     * @param entry by what
     * @param role what they are as a member; null where they read as something else
     * @param visibleFrom the first seq that they may see
     */
    record Reads(Contract contract, JoinWire.Entry entry, @Nullable String role, long visibleFrom)
        implements Standing {}

    /** They may not. */
    record Refused() implements Standing {}
  }

  /** Decides for one moment. */
  public Standing in(HistoryReader.View view) {
    // Looked up whatever the contract says: every refusal costs the same.
    Membership membership = view.membership(channel, user);
    return contract == null ? new Standing.Refused() : in(contract, membership);
  }

  private static Standing in(Contract contract, Membership membership) {
    Right right = contract.rights().subscribe();
    Contract.Members members = contract.members();
    if (!right.asksMembership() || right == Right.TENANT && members == null) {
      return new Standing.Reads(contract, JoinWire.Entry.TOKEN, null, 1);
    }
    if (members != null && membership.isMember()) {
      boolean isAll = members.history() == Contract.History.ALL;
      return new Standing.Reads(
          contract, JoinWire.Entry.MEMBER, membership.role(), isAll ? 1 : membership.visibleFrom());
    }
    return right == Right.TENANT && !membership.isClosed()
        ? new Standing.Reads(contract, JoinWire.Entry.OPEN, null, 1)
        : new Standing.Refused();
  }
}
