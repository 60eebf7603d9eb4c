package io.tailrace.client.channel;

import io.tailrace.client.ChannelEvent;
import io.tailrace.client.Place;
import io.tailrace.client.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Decides. The rules, each of which loses or doubles something when it is left out:
 *
 * <ul>
 *   <li>An event is applied only at applied + 1; lower ones are dropped, a higher one means a gap:
 *       subscribe again.
 *   <li>Subscribing states the seq that was <em>applied</em>, whatever {@code behind} says.
 *   <li>An answer counts only for the latest ask, a page only for the latest request.
 *   <li>Epochs are ordered: what comes from a lower one is not ready, never a step back.
 *   <li>{@code behind} and {@code reset} end the subscription; so does the client, on a gap, a 504
 *       and a full buffer.
 *   <li>Whoever cannot roll back to a reset's seq, or began with a snapshot above it, drops all.
 *   <li>An event's chain must follow from the one before. If it does not, the server is asked with
 *       the chain held; a second time everything is dropped and read again; a third time the
 *       follower is told and it ends.
 * </ul>
 */
public final class ChannelCore {
  /** Refusals that asking again does not change. */
  private static final Set<String> FINAL =
      Set.of(
          "forbidden",
          "bad_request",
          "not_found",
          "not_available",
          "invalid_event",
          "origin_refused",
          "version");

  private final String channel;
  private final int bufferEventsMax;

  /** For one channel; {@code bufferEventsMax} live events wait during a catch-up. */
  public ChannelCore(String channel, int bufferEventsMax) {
    if (bufferEventsMax < 1) {
      throw new IllegalArgumentException("bufferEventsMax must be positive");
    }
    this.channel = channel;
    this.bufferEventsMax = bufferEventsMax;
  }

  /** One step. */
  public Decision decide(ChannelState state, ChannelInput input) {
    if (state.phase() instanceof Phase.Ended) {
      return stay(state); // late frames of a subscription that is over
    }
    return switch (input) {
      case ChannelInput.Asked asked -> stay(state.in(new Phase.Waiting(asked.ref())));
      case ChannelInput.Disconnected _ -> stay(state.in(new Phase.Idle()));
      case ChannelInput.Subscribed answer -> subscribed(state, answer);
      case ChannelInput.Arrived arrived -> arrived(state, arrived.event());
      case ChannelInput.Behind behind -> behind(state, behind);
      case ChannelInput.Reset reset -> reset(state, reset);
      case ChannelInput.Revoked revoked ->
          ended(state, "revoked", "no longer a member as of seq " + revoked.seq());
      case ChannelInput.Refused refused -> refused(state, refused);
      case ChannelInput.PageRead read -> pageRead(state, read);
      case ChannelInput.SnapshotRead read -> snapshotRead(state, read);
      case ChannelInput.HistoryRefused refused -> historyRefused(state, refused);
    };
  }

  // ---- answers to subscribe

  private Decision subscribed(ChannelState state, ChannelInput.Subscribed answer) {
    if (!(state.phase() instanceof Phase.Waiting(long ref)) || ref != answer.ref()) {
      return stay(state);
    }
    List<ChannelAction> actions = new ArrayList<>();
    if (answer.epoch() < state.epoch()) {
      return askAgain(state, actions, Trouble.REFUSED, "the server stands at an older epoch", 0);
    }
    ChannelState next = state.attempts(0);
    if (state.applied() == null) {
      next = next.at(new Place(answer.epoch(), answer.after(), null)).head(answer.head());
    } else if (state.epoch() != 0 && answer.epoch() > state.epoch()) {
      next = voidAbove(next, answer.epoch(), 0, actions);
    }
    next = enter(next, answer.epoch(), Math.max(answer.head(), next.head()));
    if (answer.after() > next.seq()) {
      next =
          next.at(
              new Place(answer.epoch(), answer.after(), null)); // what is below is not ours to see
    }
    Long to = answer.catchUpTo();
    if (to != null && to > next.seq()) {
      return stay(
          readPage(
              next.in(new Phase.CatchingUp(to, answer.head(), 0, Phase.Buffer.EMPTY)), actions, 0),
          actions);
    }
    return stay(tellLive(next.in(new Phase.Live(answer.head(), false)), actions), actions);
  }

  private Decision refused(ChannelState state, ChannelInput.Refused refused) {
    if (!(state.phase() instanceof Phase.Waiting(long ref)) || ref != refused.ref()) {
      return stay(state);
    }
    if (FINAL.contains(refused.code())) {
      return ended(state, refused.code(), refused.detail());
    }
    return askAgain(
        state,
        new ArrayList<>(),
        Trouble.REFUSED,
        refused.code() + ": " + refused.detail(),
        orZero(refused.retryAfterMs()));
  }

  // ---- live

  private Decision arrived(ChannelState state, ChannelEvent event) {
    return switch (state.phase()) {
      case Phase.Live _ -> {
        List<ChannelAction> actions = new ArrayList<>(2);
        yield stay(tellLive(apply(state, event, actions), actions), actions);
      }
      case Phase.CatchingUp p ->
          stay(
              state.in(
                  new Phase.CatchingUp(
                      p.to(), p.head(), p.request(), p.buffer().push(event, bufferEventsMax))));
      case Phase.Idle _, Phase.Waiting _, Phase.LoadingSnapshot _, Phase.Ended _ -> stay(state);
    };
  }

  /** Applies the event if it is the next one; the phase tells whether following goes on. */
  private ChannelState apply(ChannelState state, ChannelEvent event, List<ChannelAction> actions) {
    long expected = state.seq() + 1;
    if (event.seq() < expected) {
      return state;
    }
    if (event.seq() > expected) {
      return leave(
          state, actions, Trouble.GAP, "expected seq " + expected + ", got " + event.seq(), 0);
    }
    Place applied = state.applied();
    Long previous = applied == null ? null : applied.knownChain();
    if (previous != null && !event.follows(previous)) {
      return chainBroken(state, event, actions);
    }
    ChannelState next = state.at(new Place(state.epoch(), event.seq(), event.chain()));
    if (event.seq() > next.head()) {
      next = next.head(event.seq());
    }
    if (next.brokenTimes() > 0 && event.seq() >= next.brokenAt()) {
      next = next.broken(0, 0);
    }
    actions.add(new ChannelAction.Deliver(event.in(state.epoch())));
    return next;
  }

  private ChannelState chainBroken(
      ChannelState state, ChannelEvent event, List<ChannelAction> actions) {
    int times = state.brokenAt() == event.seq() ? state.brokenTimes() + 1 : 1;
    String detail =
        "the chain at seq " + event.seq() + " does not follow from the events before it";
    ChannelState next = state.broken(event.seq(), times);
    if (times > 2) {
      actions.add(new ChannelAction.TellTrouble(Trouble.CHAIN, detail));
      actions.add(new ChannelAction.TellEnded("chain_broken", detail));
      return next.in(new Phase.Ended("chain_broken"));
    }
    if (times == 2) {
      next = voidAbove(next, state.epoch(), 0, actions);
    }
    return leave(next, actions, Trouble.CHAIN, detail, times - 1);
  }

  private Decision behind(ChannelState state, ChannelInput.Behind behind) {
    return switch (state.phase()) {
      case Phase.Live _, Phase.CatchingUp _ -> {
        List<ChannelAction> actions = new ArrayList<>();
        String detail = "the server's queue was full at seq " + behind.after();
        yield stay(leave(state, actions, Trouble.BEHIND, detail, 0), actions);
      }
      case Phase.Idle _, Phase.Waiting _, Phase.LoadingSnapshot _, Phase.Ended _ -> stay(state);
    };
  }

  private Decision reset(ChannelState state, ChannelInput.Reset reset) {
    if (reset.epoch() < state.epoch()) {
      return stay(state);
    }
    List<ChannelAction> actions = new ArrayList<>();
    ChannelState next = voidAbove(state, reset.epoch(), reset.after(), actions);
    actions.add(new ChannelAction.AskAgain(0, 0));
    return stay(next.in(new Phase.Idle()), actions);
  }

  // ---- history

  private Decision pageRead(ChannelState state, ChannelInput.PageRead read) {
    if (!(state.phase() instanceof Phase.CatchingUp phase) || phase.request() != read.request()) {
      return stay(state);
    }
    List<ChannelAction> actions = new ArrayList<>();
    if (read.page().epoch() != state.epoch()) {
      return askAgain(state, actions, Trouble.HISTORY, "history stands at another epoch", 0);
    }
    ChannelState next = state.attempts(0).head(Math.max(state.head(), read.page().head()));
    for (ChannelEvent event : read.page().events()) {
      next = apply(next, event, actions);
      if (!(next.phase() instanceof Phase.CatchingUp)) {
        return stay(next, actions);
      }
    }
    if (next.seq() >= phase.to()) {
      return stay(finishCatchUp(next, phase, actions), actions);
    }
    if (next.seq() == state.seq()) {
      return askAgain(next, actions, Trouble.HISTORY, "history ends before seq " + phase.to(), 0);
    }
    return stay(readPage(next, actions, 0), actions);
  }

  private ChannelState finishCatchUp(
      ChannelState state, Phase.CatchingUp phase, List<ChannelAction> actions) {
    ChannelState next = state.in(new Phase.Live(phase.head(), false));
    for (ChannelEvent event : phase.buffer().events()) {
      next = apply(next, event, actions);
      if (!(next.phase() instanceof Phase.Live)) {
        return next;
      }
    }
    next = tellLive(next, actions);
    return phase.buffer().overflowed()
        ? leave(
            next, actions, Trouble.OVERFLOW, "more than " + bufferEventsMax + " events waited", 0)
        : next;
  }

  private Decision historyRefused(ChannelState state, ChannelInput.HistoryRefused refused) {
    boolean current =
        switch (state.phase()) {
          case Phase.CatchingUp p -> p.request() == refused.request();
          case Phase.LoadingSnapshot p -> p.request() == refused.request();
          case Phase.Idle _, Phase.Waiting _, Phase.Live _, Phase.Ended _ -> false;
        };
    if (!current) {
      return stay(state);
    }
    List<ChannelAction> actions = new ArrayList<>();
    String detail = refused.code() + ": " + refused.detail();
    return switch (refused.code()) {
      case "epoch_changed" -> {
        int epoch = Math.max(state.epoch(), refused.epoch() == null ? 0 : refused.epoch());
        ChannelState next = voidAbove(state, epoch, 0, actions);
        if (refused.epoch() == null) {
          next = next.at(Place.START); // the server will say which epoch it is
        }
        actions.add(new ChannelAction.AskAgain(0, 0));
        yield stay(next.in(new Phase.Idle()), actions);
      }
      case "history_gone" -> stay(readSnapshot(state, actions, 0, 0), actions);
      case "wait_timeout" -> askAgain(state, actions, Trouble.HISTORY, detail, 0);
      default ->
          FINAL.contains(refused.code())
              ? ended(state, refused.code(), refused.detail())
              : again(state, actions, detail, orZero(refused.retryAfterMs()));
    };
  }

  /** The same request once more, after a pause: the network or a replica that is not ready. */
  private Decision again(
      ChannelState state, List<ChannelAction> actions, String detail, long waitMsMin) {
    actions.add(new ChannelAction.TellTrouble(Trouble.HISTORY, detail));
    ChannelState next = state.attempts(state.attempts() + 1);
    return stay(
        next.phase() instanceof Phase.LoadingSnapshot
            ? readSnapshot(next, actions, next.attempts(), waitMsMin)
            : readPage(next, actions, waitMsMin),
        actions);
  }

  private Decision snapshotRead(ChannelState state, ChannelInput.SnapshotRead read) {
    if (!(state.phase() instanceof Phase.LoadingSnapshot(long request))
        || request != read.request()) {
      return stay(state);
    }
    Snapshot snapshot = read.snapshot();
    List<ChannelAction> actions = new ArrayList<>();
    boolean newer =
        snapshot.epoch() > state.epoch()
            || snapshot.epoch() == state.epoch() && snapshot.seq() > state.seq();
    if (!newer) {
      return askAgain(state, actions, Trouble.HISTORY, "the snapshot is not newer", 0);
    }
    actions.add(new ChannelAction.TellSnapshot(snapshot));
    actions.add(new ChannelAction.AskAgain(0, 0));
    ChannelState next =
        enter(state, snapshot.epoch(), snapshot.seq())
            .at(new Place(snapshot.epoch(), snapshot.seq(), snapshot.chain()))
            .base(snapshot.seq());
    return stay(next.attempts(0).in(new Phase.Idle()), actions);
  }

  // ---- moves

  private ChannelState readPage(ChannelState state, List<ChannelAction> actions, long waitMsMin) {
    if (!(state.phase() instanceof Phase.CatchingUp phase)) {
      throw new IllegalStateException("not catching up");
    }
    long request = state.request() + 1;
    actions.add(
        new ChannelAction.ReadPage(
            request, state.epoch(), state.seq(), phase.to(), state.attempts(), waitMsMin));
    return state
        .request(request)
        .in(new Phase.CatchingUp(phase.to(), phase.head(), request, phase.buffer()));
  }

  private static ChannelState readSnapshot(
      ChannelState state, List<ChannelAction> actions, int attempt, long waitMsMin) {
    long request = state.request() + 1;
    actions.add(new ChannelAction.ReadSnapshot(request, attempt, waitMsMin));
    return state.request(request).in(new Phase.LoadingSnapshot(request));
  }

  private static ChannelState tellLive(ChannelState state, List<ChannelAction> actions) {
    if (state.phase() instanceof Phase.Live(long head, boolean told)
        && !told
        && state.seq() >= head) {
      actions.add(new ChannelAction.TellLive(state.epoch(), head));
      return state.in(new Phase.Live(head, true));
    }
    return state;
  }

  /** What is held above {@code after} is void, or all of it where that cannot be told apart. */
  private static ChannelState voidAbove(
      ChannelState state, int epoch, long after, List<ChannelAction> actions) {
    boolean all = epoch > state.epoch() || !state.canRollBack() || after < state.base();
    long kept = all ? 0 : Math.min(after, state.seq());
    actions.add(new ChannelAction.TellReset(epoch, kept));
    return enter(state, epoch, kept)
        .head(kept)
        .at(new Place(epoch, kept, null))
        .base(kept == 0 ? 0 : state.base());
  }

  /** Learns the epoch where it was not known. */
  private static ChannelState enter(ChannelState state, int epoch, long head) {
    Place at = state.applied();
    Place known = at == null ? new Place(epoch, 0, null) : new Place(epoch, at.seq(), at.chain());
    return state.at(known).head(head);
  }

  private static ChannelState leave(
      ChannelState state,
      List<ChannelAction> actions,
      Trouble trouble,
      String detail,
      int attempt) {
    actions.add(new ChannelAction.TellTrouble(trouble, detail));
    actions.add(new ChannelAction.AskAgain(attempt, 0));
    return state.in(new Phase.Idle());
  }

  private static Decision askAgain(
      ChannelState state,
      List<ChannelAction> actions,
      Trouble trouble,
      String detail,
      long waitMsMin) {
    int attempt = state.attempts() + 1;
    actions.add(new ChannelAction.TellTrouble(trouble, detail));
    actions.add(new ChannelAction.AskAgain(attempt, waitMsMin));
    return stay(state.attempts(attempt).in(new Phase.Idle()), actions);
  }

  private Decision ended(ChannelState state, String code, String detail) {
    return stay(
        state.in(new Phase.Ended(code)),
        List.of(new ChannelAction.TellEnded(code, channel + ": " + detail)));
  }

  private static Decision stay(ChannelState state) {
    return new Decision(state, List.of());
  }

  private static Decision stay(ChannelState state, List<ChannelAction> actions) {
    return new Decision(state, actions);
  }

  private static long orZero(@Nullable Long value) {
    return value == null ? 0 : value;
  }
}
