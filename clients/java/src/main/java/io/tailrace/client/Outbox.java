package io.tailrace.client;

import io.tailrace.client.RefusedException.Problem;
import io.tailrace.client.connection.Backoff;
import io.tailrace.client.send.SendAction;
import io.tailrace.client.send.SendCore;
import io.tailrace.client.send.SendInput;
import io.tailrace.client.send.SendItem;
import io.tailrace.client.send.SendState;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/** The writes that are on their way, by channel. Any thread adds; the loop thread owns all else. */
final class Outbox {
  // The server remembers a key for 48 hours; half of that leaves room for wrong clocks.
  private static final long REPEAT_MS = 24 * 3_600_000L;

  /** The ways out. */
  interface Edges {
    /** Sends on a network thread, and gives the answer to {@link Outbox#take}. */
    void post(String channel, SendAction.Post post);

    void later(long ms, Runnable task);

    double random();

    long wallMs();

    /** Runs on the loop thread, soon. */
    void post(Runnable task);
  }

  private final SendCore core = new SendCore(REPEAT_MS);
  private final Edges edges;
  private final Backoff backoff;
  private final int pendingMax;
  private final Map<String, SendState> states = new HashMap<>();
  // Never used twice, so that no late answer is taken for another write's.
  private long attempts;
  // Guarded by itself.
  private final Map<String, Sending> pending = new LinkedHashMap<>();
  // Guarded by pending.
  private boolean closed;

  Outbox(Edges edges, Backoff backoff, int pendingMax) {
    this.edges = edges;
    this.backoff = backoff;
    this.pendingMax = pendingMax;
  }

  /** From any thread. */
  Sending send(String channel, Draft draft) {
    String id = draft.id() == null ? UUID.randomUUID().toString() : draft.id();
    Draft named = new Draft(draft.type(), draft.data(), draft.entity(), id);
    Sending sending = new Sending(channel, id, named, new CompletableFuture<>());
    synchronized (pending) {
      if (closed) {
        return refused(sending, "closed", "The client is closed.");
      }
      if (pending.size() >= pendingMax) {
        return refused(sending, "outbox_full", pendingMax + " writes wait already: send it later.");
      }
      if (pending.putIfAbsent(id, sending) != null) {
        return refused(sending, "already_sending", "A write with this id is on its way.");
      }
    }
    SendItem item = new SendItem(id, named, edges.wallMs());
    edges.post(() -> take(channel, new SendInput.Queued(item)));
    return sending;
  }

  private static Sending refused(Sending sending, String code, String detail) {
    sending.outcome().completeExceptionally(new RefusedException(Problem.of(0, code, detail)));
    return sending;
  }

  /** From any thread: what is on its way, in the order of the calls. */
  List<Sending> pending(String channel) {
    synchronized (pending) {
      return pending.values().stream().filter(each -> each.channel().equals(channel)).toList();
    }
  }

  /** From the loop thread, like all below. */
  void seen(ChannelEvent event) {
    if (states.containsKey(event.channel())) {
      take(event.channel(), new SendInput.Seen(event.envelope().id(), event.epoch(), event.seq()));
    }
  }

  void online() {
    for (String channel : List.copyOf(states.keySet())) {
      take(channel, new SendInput.Online());
    }
  }

  /** From any thread: nobody will send them any more. */
  void close() {
    List<Sending> left;
    synchronized (pending) {
      closed = true;
      left = List.copyOf(pending.values());
      pending.clear();
    }
    left.forEach(each ->
        refused(
            each,
            "closed",
            "The client was closed before the answer came; send it again with the same id."));
  }

  void take(String channel, SendInput input) {
    SendState state = states.get(channel);
    if (state == null) {
      state = SendState.idle(attempts);
    }
    SendCore.Decision decision = core.decide(state, input, edges.wallMs());
    attempts = Math.max(attempts, decision.state().attempt());
    if (decision.state().items().isEmpty()) {
      states.remove(channel);
    } else {
      states.put(channel, decision.state());
    }
    for (SendAction action : decision.actions()) {
      switch (action) {
        case SendAction.Post post -> edges.post(channel, post);
        case SendAction.Pause pause -> {
          long ms = pause.waitMsMin() + backoff.pauseMs(pause.failures(), edges.random());
          edges.later(ms, () -> take(channel, new SendInput.Due(pause.attempt())));
        }
        case SendAction.Settle done ->
            end(done.item().key())
                .complete(new Sent(done.item().key(), done.epoch(), done.seq(), done.byEvent()));
        case SendAction.GiveBack back ->
            end(back.item().key()).completeExceptionally(new RefusedException(back.problem()));
      }
    }
  }

  private CompletableFuture<Sent> end(String key) {
    synchronized (pending) {
      Sending sending = pending.remove(key);
      return sending == null ? new CompletableFuture<>() : sending.outcome();
    }
  }
}
