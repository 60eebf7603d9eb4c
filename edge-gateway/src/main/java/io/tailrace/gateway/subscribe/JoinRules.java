package io.tailrace.gateway.subscribe;

import io.tailrace.gateway.resume.ChannelWindow;
import io.tailrace.gateway.resume.Windows;
import io.tailrace.gateway.session.Membership;
import io.tailrace.gateway.session.Subscription;
import io.tailrace.gateway.session.Subscription.Resume;
import io.tailrace.schemas.event.MemberChange;
import io.tailrace.schemas.join.JoinWire;
import org.jspecify.annotations.Nullable;

/**
 * Puts the stores' view, the window and what the client holds together: the barrier of a subscribe.
 *
 * <p>The window shows what may never commit, the stores show what has committed but lag; the
 * question made sure that the store has passed the offset from which the window is complete, so the
 * two overlap or touch. It also made sure that the store has every change of members seen until
 * then; one seen since, of which the answer knows nothing, sends the question out once more, so
 * that who may read from where is decided in one place only. Changes nothing.
 */
final class JoinRules {
  private JoinRules() {}

  static JoinOutcome complete(
      Subscription subscription, JoinWire.Answer.View view, Windows windows) {
    Resume resume = subscription.resume();
    ChannelWindow window = subscription.room().window();
    int seen = windows.epoch(window.partition());
    if (subscription.isSpoiled()) {
      return new JoinOutcome.NotReady("the channel changed during the subscribe");
    }
    if (view.epoch() == 0 || view.epoch() < resume.epoch() || seen != 0 && view.epoch() != seen) {
      return new JoinOutcome.NotReady("stores and live feed are not in the same epoch yet");
    }
    int epoch = view.epoch();
    long valid = seen == epoch ? window.lastValid(view.head(), view.position()) : 0;
    long head = Math.max(view.head(), valid);
    Membership.Standing standing = new Membership.Standing(view.entry(), view.role());
    if (view.entry() != JoinWire.Entry.TOKEN
        && window.minSeq() > view.head()
        && valid > view.head()) {
      if (!window.covers(view.head() + 1)) {
        return new JoinOutcome.TooEarly();
      }
      for (MemberChange change : window.members(view.head() + 1, valid).values()) {
        Membership.Standing now = Membership.after(standing, subscription.peer().user(), change);
        if (now == null) {
          return new JoinOutcome.TooEarly();
        }
        standing = now;
      }
    }
    Long after = resume.after();
    if (after != null && resume.epoch() != 0 && resume.epoch() != epoch) {
      return new JoinOutcome.Voided(epoch, 0);
    }
    if (after != null && after > head) {
      return new JoinOutcome.Ahead(epoch, head);
    }
    if (after != null && after > 0 && resume.chain() != null) {
      Long known = chainAt(after, view, window, valid);
      if (known == null && after > view.head()) {
        return new JoinOutcome.NotReady("the chain at after is not known here yet");
      }
      if (known != null && !known.equals(resume.chain())) {
        return new JoinOutcome.Voided(epoch, 0);
      }
    }
    long start = after == null ? head : Math.max(after, view.visibleFrom() - 1);
    boolean replay = start >= head || window.covers(start + 1) && valid >= head;
    return new JoinOutcome.Start(epoch, head, start, replay, valid == window.last(), standing);
  }

  private static @Nullable Long chainAt(
      long seq, JoinWire.Answer.View view, ChannelWindow window, long valid) {
    if (seq <= valid && window.knowsChain(seq)) {
      return window.chain(seq);
    }
    return seq <= view.head() ? view.chainAtAfter() : null;
  }
}
