package io.tailrace.client.channel;

import io.tailrace.client.ChannelEvent;
import io.tailrace.client.Place;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Decides what a follower does next: what the server's answers and frames mean. Reading history is
 * {@link CatchUp}'s part. The rules stand in {@link Rule}; each of them loses, doubles or stops
 * something when it is left out.
 */
public final class ChannelCore {
  /** Refusals that asking again does not change. */
  static final Set<String> FINAL =
      Set.of(
          "forbidden",
          "bad_request",
          "not_found",
          "not_available",
          "invalid_event",
          "origin_refused",
          "version");

  /** One request brings so many, whatever the contract says of snapshots. */
  private static final int FEW_EVENTS = 256;

  private final String channel;
  private final int bufferEventsMax;
  private final Set<Rule> rules;
  private final CatchUp catchUp;

  /** For one channel; {@code bufferEventsMax} live events wait during a catch-up. */
  public ChannelCore(String channel, int bufferEventsMax) {
    this(channel, bufferEventsMax, FEW_EVENTS, EnumSet.allOf(Rule.class));
  }

  /** With some rules only, to show what the others are for. */
  ChannelCore(String channel, int bufferEventsMax, int fewEvents, Set<Rule> rules) {
    if (bufferEventsMax < 1) {
      throw new IllegalArgumentException("bufferEventsMax must be positive");
    }
    this.channel = channel;
    this.bufferEventsMax = bufferEventsMax;
    this.rules = rules;
    this.catchUp = new CatchUp(channel, bufferEventsMax, fewEvents);
  }

  /** One step. */
  public Decision decide(ChannelState state, ChannelInput input) {
    Step step = new Step(rules, state);
    if (state.phase() instanceof Phase.Ended && !(input instanceof ChannelInput.Again)) {
      return step.done(); // late frames of a subscription that is over
    }
    switch (input) {
      case ChannelInput.Asked asked -> asked(step, asked);
      case ChannelInput.Disconnected gone -> disconnected(step, gone.link());
      case ChannelInput.Subscribed answer -> subscribed(step, answer);
      case ChannelInput.Refused refused -> refused(step, refused);
      case ChannelInput.Unanswered none ->
          askAgain(step, none.ref(), "a subscribe was not answered", 0);
      case ChannelInput.Again _ -> again(step);
      case ChannelInput.Left _ -> left(step);
      case ChannelInput.Arrived arrived -> arrived(step, arrived);
      case ChannelInput.Behind behind -> behind(step, behind);
      case ChannelInput.Reset reset -> reset(step, reset);
      case ChannelInput.Revoked revoked -> revoked(step, revoked);
      case ChannelInput.PageRead read -> catchUp.pageRead(step, read);
      case ChannelInput.SnapshotRead read -> catchUp.snapshotRead(step, read);
      case ChannelInput.ContractRead read -> catchUp.contractRead(step, read);
      case ChannelInput.HistoryRefused refused -> catchUp.refused(step, refused);
    }
    return step.done();
  }

  // ---- asking

  /** While a subscription holds, an ask is a move to another link: events go on meanwhile. */
  private static void asked(Step step, ChannelInput.Asked asked) {
    step.state = step.state.asked(new ChannelState.Ask(asked.link(), asked.ref()));
    if (!step.state.subscribed()) {
      step.state = step.state.in(new Phase.Waiting());
    }
  }

  private static void disconnected(Step step, long link) {
    if (step.state.asked().link() == link) {
      step.state = step.state.asked(ChannelState.Ask.NONE);
    }
    boolean lost = step.state.subscribed() && step.state.home() == link;
    if (lost || !step.state.subscribed()) {
      boolean waits = step.state.asked().ref() != 0;
      step.state =
          step.state.home(0).attempts(0).in(waits ? new Phase.Waiting() : new Phase.Idle());
    }
  }

  private void subscribed(Step step, ChannelInput.Subscribed answer) {
    if (!answers(step, answer.ref())) {
      return;
    }
    if (answer.epoch() < step.state.epoch() && step.keeps(Rule.NEVER_GOES_BACK_AN_EPOCH)) {
      step.askAgain(Trouble.REFUSED, "the server stands at an older epoch", 0);
      return;
    }
    long link = step.state.asked().link();
    step.state = step.state.asked(ChannelState.Ask.NONE).home(link);
    if (step.state.applied() == null) {
      step.state =
          step.state.at(new Place(answer.epoch(), answer.after(), null)).head(answer.head());
    } else if (step.state.epoch() != 0
        && answer.epoch() > step.state.epoch()
        && step.keeps(Rule.VOIDS_OLD_EPOCHS)) {
      step.voidAbove(answer.epoch(), 0);
    }
    step.enter(answer.epoch(), answer.head());
    if (answer.after() > step.state.seq() && step.keeps(Rule.BEGINS_WHERE_ALLOWED)) {
      // What is below is not ours to see.
      step.state = step.state.at(new Place(answer.epoch(), answer.after(), null));
    }
    Long to = answer.catchUpTo();
    if (to != null && to > step.state.seq()) {
      catchUp.begin(step, to);
    } else {
      step.state = step.state.in(new Phase.Live(false));
      step.tellLive();
    }
  }

  private void refused(Step step, ChannelInput.Refused refused) {
    if (!answers(step, refused.ref())) {
      return;
    }
    Long waitMs = refused.retryAfterMs();
    if (FINAL.contains(refused.code()) && waitMs == null && step.keeps(Rule.ENDS_ON_REFUSAL)) {
      step.end(refused.code(), channel + ": " + refused.detail());
      return;
    }
    if (step.keeps(Rule.ASKS_AFTER_REFUSAL)) {
      String detail = refused.code() + ": " + refused.detail();
      askAgain(step, refused.ref(), detail, orZero(waitMs));
    }
  }

  private static void askAgain(Step step, long ref, String detail, long waitMs) {
    if (!answers(step, ref)) {
      return;
    }
    if (!step.state.subscribed()) {
      step.askAgain(Trouble.REFUSED, detail, waitMs);
      return;
    }
    // Only the move failed; the subscription on the other link holds.
    step.state = step.state.asked(ChannelState.Ask.NONE).attempts(step.state.attempts() + 1);
    step.act(new ChannelAction.TellTrouble(Trouble.REFUSED, detail));
    step.act(new ChannelAction.AskAgain(step.state.attempts(), waitMs));
  }

  private static void again(Step step) {
    if (step.state.phase() instanceof Phase.Ended) {
      step.state = step.state.attempts(0).broken(ChannelState.Broken.NEVER);
      step.act(new ChannelAction.AskAgain(0, 0));
      step.idle();
    }
  }

  private static void left(Step step) {
    long link = step.state.subscribed() ? step.state.home() : step.state.asked().link();
    if (link != 0) {
      step.act(new ChannelAction.Unsubscribe(link));
    }
    step.idle();
    step.state = step.state.in(new Phase.Ended("left"));
  }

  private static boolean answers(Step step, long ref) {
    return step.state.asked().ref() == ref || !step.keeps(Rule.MATCHES_ASKS);
  }

  // ---- frames of a subscription

  private void arrived(Step step, ChannelInput.Arrived arrived) {
    if (!concerns(step, arrived.link())) {
      return;
    }
    ChannelEvent event = arrived.event();
    switch (step.state.phase()) {
      case Phase.Live _ -> {
        if (step.apply(event)) {
          step.tellLive();
        }
      }
      case Phase.CatchingUp p -> {
        if (step.keeps(Rule.BUFFERS_LIVE_EVENTS)) {
          Phase.Buffer buffer = p.buffer().push(event, bufferEventsMax);
          step.state =
              step.state.in(new Phase.CatchingUp(p.to(), p.request(), p.reading(), buffer));
        }
      }
      case Phase.Idle _, Phase.Waiting _, Phase.Ended _ -> {
        // of a subscription that we have given up
      }
    }
  }

  private static void behind(Step step, ChannelInput.Behind behind) {
    if (!step.state.subscribed()
        || !concerns(step, behind.link())
        || !step.keeps(Rule.ASKS_AFTER_BEHIND)) {
      return;
    }
    if (!step.keeps(Rule.ASKS_FROM_APPLIED)) {
      step.state = step.state.at(new Place(step.state.epoch(), behind.after(), null));
    }
    step.leave(Trouble.BEHIND, "the server's queue was full at seq " + behind.after(), 0);
  }

  private static void reset(Step step, ChannelInput.Reset reset) {
    // A reset may also be the answer to an ask, so the link that was asked has a say too.
    if (!concerns(step, reset.link()) && step.state.asked().link() != reset.link()) {
      return;
    }
    if (reset.epoch() < step.state.epoch() && step.keeps(Rule.NEVER_GOES_BACK_AN_EPOCH)) {
      return;
    }
    step.voidAbove(reset.epoch(), reset.after());
    // The server has said what was wrong: the next contradiction is a first one.
    step.state = step.state.broken(ChannelState.Broken.NEVER);
    if (step.keeps(Rule.ASKS_AFTER_RESET)) {
      step.act(new ChannelAction.AskAgain(0, 0));
      step.idle();
    }
  }

  private void revoked(Step step, ChannelInput.Revoked revoked) {
    boolean asked = step.state.asked().link() == revoked.link();
    if ((concerns(step, revoked.link()) || asked) && step.keeps(Rule.ENDS_WHEN_REVOKED)) {
      step.end("revoked", channel + ": no longer a member as of seq " + revoked.seq());
    }
  }

  private static boolean concerns(Step step, long link) {
    return step.state.home() == link || !step.keeps(Rule.MATCHES_LINKS);
  }

  private static long orZero(@Nullable Long value) {
    return value == null ? 0 : value;
  }
}
