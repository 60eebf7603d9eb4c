package io.tailrace.client.send;

import io.tailrace.client.RefusedException.Problem;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Decides what becomes of a channel's writes: one after the other, each repeated with its key until
 * it is known to be committed or refused for good. A copy that a slow network delivers late finds
 * its key taken, so that it changes nothing, not even the order.
 */
public final class SendCore {
  private final long repeatMs;
  private final Set<SendRule> rules;

  /** A write is not repeated when it is older than {@code repeatMs}. */
  public SendCore(long repeatMs) {
    this(repeatMs, EnumSet.allOf(SendRule.class));
  }

  /** With some rules only, to show what the others are for. */
  SendCore(long repeatMs, Set<SendRule> rules) {
    this.repeatMs = repeatMs;
    this.rules = rules;
  }

  /** The next state, and what to do on the way there. */
  public record Decision(SendState state, List<SendAction> actions) {}

  /** One step; {@code nowMs} is the wall clock. */
  public Decision decide(SendState state, SendInput input, long nowMs) {
    Turn turn = new Turn(state, nowMs);
    switch (input) {
      case SendInput.Queued queued -> turn.queued(queued.item());
      case SendInput.Answered a -> {
        if (turn.counts(a.attempt())) {
          turn.settle(0, a.published().epoch(), a.published().seq(), false);
        }
      }
      case SendInput.Failed failed -> {
        if (turn.counts(failed.attempt())) {
          turn.failed(failed);
        }
      }
      case SendInput.Seen seen -> turn.seen(seen);
      case SendInput.Due due -> {
        if (due.attempt() == turn.attempt) {
          turn.proceed();
        }
      }
      case SendInput.Online _ -> {
        turn.failures = turn.sending ? turn.failures : 0;
        turn.proceed();
      }
    }
    return new Decision(
        new SendState(turn.items, turn.attempt, turn.sending, turn.failures), turn.actions);
  }

  /** One decision in the making. */
  private final class Turn {
    private final long nowMs;
    private final List<SendAction> actions = new ArrayList<>(2);
    private final List<SendItem> items;
    private long attempt;
    private boolean sending;
    private int failures;

    Turn(SendState from, long nowMs) {
      this.nowMs = nowMs;
      this.items = new ArrayList<>(from.items());
      this.attempt = from.attempt();
      this.sending = from.sending();
      this.failures = from.failures();
    }

    boolean counts(long answered) {
      boolean latest = sending && answered == attempt;
      return !items.isEmpty() && (latest || !rules.contains(SendRule.MATCHES_ANSWERS));
    }

    void queued(SendItem item) {
      items.add(item);
      if (items.size() == 1) {
        proceed();
      } else if (!rules.contains(SendRule.ONE_AT_A_TIME)) {
        actions.add(new SendAction.Post(++attempt, item));
      }
    }

    void failed(SendInput.Failed failed) {
      Problem problem = failed.problem();
      if (failed.again() && rules.contains(SendRule.REPEATS)) {
        sending = false;
        failures++;
        attempt++;
        Long waitMs = problem.retryAfterMs();
        actions.add(new SendAction.Pause(attempt, failures, waitMs == null ? 0 : waitMs));
      } else if (rules.contains(SendRule.GIVES_BACK)) {
        giveBack(problem);
        proceed();
      }
    }

    void seen(SendInput.Seen seen) {
      for (int i = 0; i < items.size(); i++) {
        if (items.get(i).key().equals(seen.id()) && rules.contains(SendRule.SETTLES_BY_EVENT)) {
          settle(i, seen.epoch(), seen.seq(), true);
          return;
        }
      }
    }

    /** The answer to what is settled, should it still come, belongs to no attempt any more. */
    void settle(int place, @Nullable Integer epoch, @Nullable Long seq, boolean byEvent) {
      actions.add(new SendAction.Settle(items.remove(place), epoch, seq, byEvent));
      if (place == 0) {
        done();
        proceed();
      }
    }

    private void giveBack(Problem problem) {
      actions.add(new SendAction.GiveBack(items.removeFirst(), problem));
      done();
    }

    private void done() {
      sending = false;
      failures = 0;
    }

    /** Sends the first item unless that is under way. */
    void proceed() {
      while (!sending && !items.isEmpty() && forgotten(items.getFirst())) {
        giveBack(
            Problem.of(
                0,
                "expired",
                "It could not be sent for so long that the server would take a repeat for a new"
                    + " write. Look whether it is there, then send it anew."));
      }
      if (!sending && !items.isEmpty()) {
        sending = true;
        actions.add(new SendAction.Post(++attempt, items.getFirst()));
      }
    }

    private boolean forgotten(SendItem item) {
      return nowMs - item.queuedMs() > repeatMs
          && rules.contains(SendRule.NEVER_REPEATS_THE_FORGOTTEN);
    }
  }
}
