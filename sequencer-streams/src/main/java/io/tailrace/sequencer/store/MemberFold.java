package io.tailrace.sequencer.store;

import io.tailrace.schemas.event.MemberChange;
import org.jspecify.annotations.Nullable;

/**
 * What one change of members makes of the rows before it; pure. Folded over a channel's events in
 * their order it gives, for every user, the same as reading all of them anew.
 *
 * <p>A channel closes with the first change, whichever it is: in a log whose older events have left
 * the topic the first one may be a removal that was written again so that the channel stays closed.
 *
 * <p>The first member of a channel reads all of it. Where the log does not begin with the channel's
 * first event nobody is known to be the first, and everybody reads from where they were added.
 */
record MemberFold(ClosingRow closing, MemberRow member) {
  /**
   * Folds one change, of an event that has just become the channel's head.
   *
   * @param closing the channel's row; null where it has none
   * @param member the user's row; null where there is none
   */
  static MemberFold of(
      @Nullable ClosingRow closing,
      @Nullable MemberRow member,
      MemberChange change,
      int epoch,
      long seq) {
    ClosingRow known =
        closing == null || closing.epoch() < epoch ? new ClosingRow(epoch, 1, 0) : closing;
    MemberRow before =
        member == null || member.epoch() < epoch ? new MemberRow(epoch, 0, 1, null) : member;
    if (known.epoch() > epoch || before.epoch() > epoch || before.changed() >= seq) {
      // Of an older epoch, or read again.
      return new MemberFold(known, before);
    }
    boolean isFirst = known.closedAt() == 0;
    ClosingRow closed = isFirst ? new ClosingRow(epoch, known.began(), seq) : known;
    boolean readsAll = isFirst && known.began() == 1;
    long visibleFrom = before.role() == null ? readsAll ? 1 : seq : before.visibleFrom();
    return new MemberFold(
        closed, new MemberRow(epoch, seq, change.role() == null ? 1 : visibleFrom, change.role()));
  }
}
