package io.tailrace.gateway.fanout;

import io.tailrace.schemas.event.MemberChange;
import io.tailrace.schemas.join.JoinWire.Entry;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the model's channel is made of, event by event, and who may read it as of each: the truth
 * that stores answer from and that clients are held against.
 */
final class ModelMembers {
  private final boolean joined;
  private final boolean membersOnly;
  private final List<@Nullable MemberChange> source = new ArrayList<>();

  /** By what a user may read, null where they may not, and from which seq. */
  record View(@Nullable Entry entry, long visibleFrom) {}

  /**
   * No events yet.
   *
   * @param joined who is added reads from there on, not all
   * @param membersOnly an open channel is read by nobody, not by the tenant
   */
  ModelMembers(boolean joined, boolean membersOnly) {
    this.joined = joined;
    this.membersOnly = membersOnly;
  }

  /** One more event; null: about no member. */
  void write(@Nullable MemberChange change) {
    source.add(change);
  }

  int written() {
    return source.size();
  }

  @Nullable MemberChange change(long seq) {
    return source.get((int) (seq - 1));
  }

  boolean isOpen() {
    return source.stream().allMatch(change -> change == null);
  }

  View view(String user, long head) {
    boolean open = true;
    boolean member = false;
    long from = 1;
    for (int i = 0; i < Math.min(head, source.size()); i++) {
      MemberChange change = source.get(i);
      if (change == null) {
        continue;
      }
      if (change.user().equals(user)) {
        if (change.role() == null) {
          member = false;
        } else if (!member) {
          member = true;
          from = open || !joined ? 1 : i + 1;
        }
      }
      open = false;
    }
    if (member) {
      return new View(Entry.MEMBER, from);
    }
    return new View(open && !membersOnly ? Entry.OPEN : null, 1);
  }

  /**
   * Whether a user may be given an event by a subscription that was decided at a head: as of some
   * place from the event on, they read it.
   */
  boolean mayGet(String user, long seq, long decided) {
    for (long n = seq; n <= Math.max(seq, Math.min(decided, source.size())); n++) {
      View view = view(user, n);
      if (view.entry() != null && seq >= view.visibleFrom()) {
        return true;
      }
    }
    return false;
  }

  /** Whether a user's view may begin above a seq. */
  boolean mayBeginAbove(String user, long after) {
    for (int n = 1; n <= source.size(); n++) {
      if (view(user, n).visibleFrom() == after + 1) {
        return true;
      }
    }
    return false;
  }

  /** Whether a user who could read could not from exactly this event on. */
  boolean endsAt(String user, long seq) {
    return seq <= source.size()
        && change(seq) != null
        && view(user, seq).entry() == null
        && view(user, seq - 1).entry() != null;
  }
}
