package io.tailrace.client.channel;

import io.tailrace.client.ChannelEvent;
import io.tailrace.client.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * One decision in the making: the state as it becomes, the actions as they add up, and the moves
 * that more than one input leads to. Lives for one call of {@link ChannelCore#decide}.
 */
final class Step {
  private final Set<Rule> rules;
  private final List<ChannelAction> actions = new ArrayList<>(2);
  ChannelState state;

  Step(Set<Rule> rules, ChannelState state) {
    this.rules = rules;
    this.state = state;
  }

  Decision done() {
    return new Decision(state, actions);
  }

  boolean keeps(Rule rule) {
    return rules.contains(rule);
  }

  void act(ChannelAction action) {
    actions.add(action);
  }

  // ---- events

  /** Applies the event if it is the next one; false where following does not simply go on. */
  boolean apply(ChannelEvent event) {
    long expected = state.seq() + 1;
    if (event.seq() < expected && keeps(Rule.DROPS_REPEATS)) {
      return repeats(event);
    }
    if (event.seq() > expected && keeps(Rule.STOPS_AT_GAPS)) {
      leave(Trouble.GAP, "expected seq " + expected + ", got " + event.seq(), 0);
      return false;
    }
    Place applied = state.applied();
    Long previous = applied == null ? null : applied.knownChain();
    if (previous != null && keeps(Rule.CHECKS_CHAINS) && !event.follows(previous)) {
      chainBroken(event);
      return false;
    }
    // Refusals count in a row until something comes of it, so that a loop without progress slows.
    state = state.then(event.seq(), event.chain()).attempts(0);
    if (event.seq() > state.head()) {
      state = state.head(event.seq());
    }
    if (state.broken().times() > 0 && event.seq() >= state.broken().at()) {
      state = state.broken(ChannelState.Broken.NEVER);
    }
    act(new ChannelAction.Deliver(event.in(state.epoch())));
    return true;
  }

  /** What comes once more must be what was applied; only the last one can be compared. */
  private boolean repeats(ChannelEvent event) {
    Place applied = state.applied();
    Long held = applied == null || event.seq() != applied.seq() ? null : applied.chain();
    if (held != null && held != event.chain() && keeps(Rule.COMPARES_REPEATS)) {
      chainBroken(event);
      return false;
    }
    return true;
  }

  private void chainBroken(ChannelEvent event) {
    int times = state.broken().at() == event.seq() ? state.broken().times() + 1 : 1;
    String detail =
        "the chain at seq " + event.seq() + " does not follow from the events before it";
    state = state.broken(new ChannelState.Broken(event.seq(), times));
    if (times > 2 && keeps(Rule.RELOADS_ON_BROKEN_CHAIN)) {
      act(new ChannelAction.TellTrouble(Trouble.CHAIN, detail));
      end("history_differs", detail);
      return;
    }
    if (times == 2 && keeps(Rule.RELOADS_ON_BROKEN_CHAIN)) {
      voidAbove(state.epoch(), 0);
    }
    leave(Trouble.CHAIN, detail, times - 1);
  }

  /** Tells once that everything known to exist has been delivered. */
  void tellLive() {
    if (state.phase() instanceof Phase.Live(boolean told) && !told && state.seq() >= state.head()) {
      act(new ChannelAction.TellLive(state.epoch(), state.head()));
      state = state.attempts(0).in(new Phase.Live(true));
    }
  }

  // ---- places

  /**
   * What is held above {@code after} is void; all of it where the follower cannot part it, or where
   * the chain there is not known: below a snapshot, or so far back that nobody could tell whether
   * the rest is right.
   */
  void voidAbove(int epoch, long after) {
    if (epoch == state.epoch() && after >= state.seq()) {
      state = state.head(Math.min(state.head(), after)); // nothing is held up there
      return;
    }
    boolean fixed = !state.wishes().rollBack() && keeps(Rule.DROPS_ALL_WHERE_NO_ROLL_BACK);
    Long chain = state.trail().at(after);
    boolean unknown = chain == null && keeps(Rule.ROLLS_BACK_TO_KNOWN_CHAINS);
    if (epoch > state.epoch() || fixed || unknown || after == 0) {
      act(new ChannelAction.TellReset(epoch, 0));
      state = state.at(new Place(epoch, 0, null)).head(0);
    } else {
      act(new ChannelAction.TellReset(epoch, after));
      state = state.backTo(new Place(epoch, after, chain)).head(after);
    }
  }

  /** Learns the epoch where it was not known, and the head. */
  void enter(int epoch, long head) {
    boolean same = state.epoch() == epoch;
    long highest = same && keeps(Rule.KEEPS_THE_HIGHEST_HEAD) ? Math.max(head, state.head()) : head;
    state = (same ? state : state.of(epoch)).head(highest);
  }

  // ---- ends

  /** The subscription is over on our side: ask again. */
  void leave(Trouble trouble, String detail, int attempt) {
    act(new ChannelAction.TellTrouble(trouble, detail));
    act(new ChannelAction.AskAgain(attempt, 0));
    idle();
  }

  /** Asks again after a pause that grows while nothing gets better. */
  void askAgain(Trouble trouble, String detail, long waitMsMin) {
    state = state.attempts(state.attempts() + 1);
    act(new ChannelAction.TellTrouble(trouble, detail));
    act(new ChannelAction.AskAgain(state.attempts(), waitMsMin));
    idle();
  }

  /** Whatever is still under way counts no more. */
  void idle() {
    state = state.asked(ChannelState.Ask.NONE).home(0).in(new Phase.Idle());
  }

  void end(String code, String detail) {
    state = state.asked(ChannelState.Ask.NONE).home(0).in(new Phase.Ended(code));
    act(new ChannelAction.TellEnded(code, detail));
  }
}
