package io.tailrace.client.channel;

import io.tailrace.client.ChannelEvent;
import io.tailrace.client.Place;
import io.tailrace.client.Snapshot;
import org.jspecify.annotations.Nullable;

/**
 * Reads history until it meets the live events that wait: run by run, or by a snapshot first where
 * the contract offers one or the events are gone.
 */
final class CatchUp {
  private final String channel;
  private final int bufferEventsMax;
  private final int fewEvents;

  /** So few events are read as events, whatever the contract says: {@code fewEvents}. */
  CatchUp(String channel, int bufferEventsMax, int fewEvents) {
    this.channel = channel;
    this.bufferEventsMax = bufferEventsMax;
    this.fewEvents = fewEvents;
  }

  /** Live events above {@code to} are on their way; what is below is to be read. */
  void begin(Step step, long to) {
    step.state =
        step.state.in(new Phase.CatchingUp(to, 0, Phase.Reading.EVENTS, Phase.Buffer.EMPTY));
    long missing = to - step.state.seq();
    if (!step.state.wishes().snapshots() || missing <= fewEvents) {
      read(step, Phase.Reading.EVENTS, 0);
    } else if (step.state.snapshotAfter() == 0) {
      read(step, Phase.Reading.CONTRACT, 0);
    } else {
      read(step, shorter(step.state, missing), 0);
    }
  }

  void contractRead(Step step, ChannelInput.ContractRead read) {
    Phase.CatchingUp phase = phase(step, read.request());
    if (phase != null) {
      step.state = step.state.snapshotAfter(Math.max(1, read.snapshotAfter()));
      read(step, shorter(step.state, phase.to() - step.state.seq()), 0);
    }
  }

  private static Phase.Reading shorter(ChannelState state, long missing) {
    return missing > state.snapshotAfter() ? Phase.Reading.SNAPSHOT : Phase.Reading.EVENTS;
  }

  void pageRead(Step step, ChannelInput.PageRead read) {
    Phase.CatchingUp phase = phase(step, read.request());
    if (phase == null) {
      return;
    }
    if (read.page().epoch() != step.state.epoch() && step.keeps(Rule.CHECKS_PAGE_EPOCH)) {
      step.askAgain(Trouble.HISTORY, "history stands at another epoch", 0);
      return;
    }
    long before = step.state.seq();
    step.state = step.state.head(Math.max(step.state.head(), read.page().head()));
    for (ChannelEvent event : read.page().events()) {
      if (!step.apply(event)) {
        return;
      }
    }
    if (step.state.seq() >= phase.to()) {
      finish(step, phase.buffer());
    } else if (step.state.seq() == before && step.keeps(Rule.ASKS_AFTER_EMPTY_PAGE)) {
      step.askAgain(Trouble.HISTORY, "history ends before seq " + phase.to(), 0);
    } else {
      read(step, Phase.Reading.EVENTS, 0);
    }
  }

  void snapshotRead(Step step, ChannelInput.SnapshotRead read) {
    Phase.CatchingUp phase = phase(step, read.request());
    if (phase == null) {
      return;
    }
    Snapshot snapshot = read.snapshot();
    ChannelState state = step.state;
    if (snapshot.epoch() != state.epoch() && step.keeps(Rule.CHECKS_SNAPSHOT_EPOCH)) {
      step.askAgain(Trouble.HISTORY, "the snapshot stands at another epoch", 0);
      return;
    }
    if (snapshot.seq() <= state.seq() && step.keeps(Rule.SNAPSHOT_ONLY_FORWARD)) {
      step.askAgain(Trouble.HISTORY, "the snapshot is not newer", 0);
      return;
    }
    step.act(new ChannelAction.TellSnapshot(snapshot));
    step.state =
        state
            .at(new Place(snapshot.epoch(), snapshot.seq(), snapshot.chain()))
            .head(Math.max(state.head(), snapshot.seq()))
            .broken(ChannelState.Broken.NEVER)
            .attempts(0);
    if (snapshot.seq() >= phase.to() || !step.keeps(Rule.READS_ON_AFTER_SNAPSHOT)) {
      finish(step, phase.buffer());
    } else {
      read(step, Phase.Reading.EVENTS, 0);
    }
  }

  void refused(Step step, ChannelInput.HistoryRefused refused) {
    Phase.CatchingUp phase = phase(step, refused.request());
    if (phase == null) {
      return;
    }
    String detail = refused.code() + ": " + refused.detail();
    switch (refused.code()) {
      case "history_gone" -> {
        if (step.keeps(Rule.SNAPSHOT_WHEN_GONE)) {
          read(step, Phase.Reading.SNAPSHOT, 0);
          return;
        }
      }
      // The same read would wait for the same in vain: the gateway says what there is now.
      case "wait_timeout", "epoch_changed" -> {
        if (step.keeps(Rule.ASKS_AFTER_TIMEOUT)) {
          step.askAgain(Trouble.HISTORY, detail, 0);
          return;
        }
      }
      default -> {
        if (ChannelCore.FINAL.contains(refused.code())) {
          step.end(refused.code(), channel + ": " + refused.detail());
          return;
        }
      }
    }
    if (step.keeps(Rule.READS_AGAIN)) {
      Long waitMs = refused.retryAfterMs();
      step.act(new ChannelAction.TellTrouble(Trouble.HISTORY, detail));
      step.state = step.state.attempts(step.state.attempts() + 1);
      read(step, phase.reading(), waitMs == null ? 0 : waitMs);
    }
  }

  /** History meets what waited. */
  private void finish(Step step, Phase.Buffer buffer) {
    step.state = step.state.in(new Phase.Live(false));
    for (ChannelEvent event : buffer.events()) {
      if (!step.apply(event)) {
        return;
      }
    }
    step.tellLive();
    if (buffer.overflowed() && step.keeps(Rule.ASKS_AFTER_OVERFLOW)) {
      step.leave(Trouble.OVERFLOW, "more than " + bufferEventsMax + " events waited", 0);
    }
  }

  private static void read(Step step, Phase.Reading what, long waitMsMin) {
    if (!(step.state.phase() instanceof Phase.CatchingUp phase)) {
      throw new IllegalStateException("not catching up");
    }
    long request = step.state.request() + 1;
    int attempt = step.state.attempts();
    step.act(
        switch (what) {
          case CONTRACT -> new ChannelAction.ReadContract(request, attempt, waitMsMin);
          case SNAPSHOT -> new ChannelAction.ReadSnapshot(request, attempt, waitMsMin);
          case EVENTS ->
              new ChannelAction.ReadPage(
                  request, step.state.epoch(), step.state.seq(), phase.to(), attempt, waitMsMin);
        });
    step.state =
        step.state
            .request(request)
            .in(new Phase.CatchingUp(phase.to(), request, what, phase.buffer()));
  }

  /** Null where the answer belongs to a request that counts no more. */
  private static Phase.@Nullable CatchingUp phase(Step step, long request) {
    return step.state.phase() instanceof Phase.CatchingUp phase
            && (phase.request() == request || !step.keeps(Rule.MATCHES_READS))
        ? phase
        : null;
  }
}
