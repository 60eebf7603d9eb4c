package io.tailrace.client;

import io.tailrace.client.RefusedException.Problem;
import io.tailrace.client.channel.ChannelAction;
import io.tailrace.client.channel.ChannelInput;
import io.tailrace.client.lane.Receipts;
import io.tailrace.client.link.EventStreamLink;
import io.tailrace.client.link.HttpCalls;
import io.tailrace.client.link.Link;
import io.tailrace.client.link.PollLink;
import io.tailrace.client.link.Tokens;
import io.tailrace.client.link.WebSocketLink;
import io.tailrace.client.send.SendAction;
import io.tailrace.client.send.SendInput;
import io.tailrace.client.wire.UnreadableException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import java.util.function.DoubleConsumer;

/**
 * The client's ways to the network. What blocks runs on a thread of its own; how many requests do
 * so at once is bounded, further ones wait.
 */
final class NetworkEdges {
  private final Executor network;
  private final WebSocketLink.Opener opener;
  private final Tokens tokens;
  private final HttpCalls calls;
  private final HistoryReader history;
  private final Publisher publisher;
  private final Semaphore requests;
  private final int pageEvents;
  // One entry per kind.
  private final Map<String, Long> snapshotAfter = new ConcurrentHashMap<>();

  NetworkEdges(
      Executor network,
      WebSocketLink.Opener opener,
      Tokens tokens,
      HttpCalls calls,
      Publisher publisher,
      ClientLimits limits) {
    this.network = network;
    this.opener = opener;
    this.tokens = tokens;
    this.calls = calls;
    this.history = new HistoryReader(calls);
    this.publisher = publisher;
    this.requests = new Semaphore(limits.historyRequests());
    this.pageEvents = limits.pageEvents();
  }

  Link open(Transport way, Link.Receiver receiver) {
    return switch (way) {
      case WEBSOCKET, AUTOMATIC -> WebSocketLink.open(opener, tokens, network, receiver);
      case SSE -> EventStreamLink.open(calls, network, receiver);
      case POLL -> PollLink.open(history, network, receiver);
    };
  }

  /** Reads history for a follower. */
  void read(String channel, ChannelAction.Request request, Consumer<ChannelInput> answer) {
    runInTurn(() -> answer.accept(answer(channel, request)));
  }

  /** Reads how far everybody has read. */
  void receipts(String channel, Consumer<Beside.Answer> answer) {
    runInTurn(() -> answer.accept(receipts(channel)));
  }

  private Beside.Answer receipts(String channel) {
    try {
      return new Beside.Answer.Read(history.receipts(channel, Receipts.READERS_MAX));
    } catch (RefusedException e) {
      Long afterMs = e.retryAfterMs();
      return new Beside.Answer.Failed(mayBeAskedAgain(e), afterMs == null ? 0 : afterMs);
    } catch (UnreachableException | UnreadableException _) {
      return new Beside.Answer.Failed(true, 0);
    }
  }

  /** Reads the contract's rate of signals; no answer where that fails. */
  void signalsPerSecond(String channel, DoubleConsumer answer) {
    runInTurn(() -> {
      try {
        answer.accept(history.signalsPerSecond(channel));
      } catch (RefusedException | UnreachableException | UnreadableException _) {
        // The gateway keeps to the rate by itself.
      }
    });
  }

  private ChannelInput answer(String channel, ChannelAction.Request asked) {
    long request =
        switch (asked) {
          case ChannelAction.ReadPage page -> page.request();
          case ChannelAction.ReadSnapshot snapshot -> snapshot.request();
          case ChannelAction.ReadContract contract -> contract.request();
          case ChannelAction.AskAgain _ -> 0;
        };
    try {
      return switch (asked) {
        case ChannelAction.ReadPage page -> {
          Integer epoch = page.epoch() == 0 ? null : page.epoch();
          EventQuery query = new EventQuery(page.after(), pageEvents, epoch, page.minSeq(), 0);
          yield new ChannelInput.PageRead(request, history.events(channel, query));
        }
        case ChannelAction.ReadSnapshot _ ->
            new ChannelInput.SnapshotRead(request, history.snapshot(channel));
        case ChannelAction.ReadContract _ ->
            new ChannelInput.ContractRead(request, snapshotAfter(channel));
        case ChannelAction.AskAgain _ ->
            throw new IllegalArgumentException("asked over a link, not over HTTP");
      };
    } catch (RefusedException e) {
      Problem p = e.problem();
      return new ChannelInput.HistoryRefused(
          request, p.status(), p.code(), p.detail(), p.retryAfterMs(), p.epoch());
    } catch (UnreachableException | UnreadableException e) {
      return new ChannelInput.HistoryRefused(
          request, 0, "unreachable", String.valueOf(e.getMessage()), null, null);
    }
  }

  private long snapshotAfter(String channel) {
    String kind = channel.substring(0, Math.max(0, channel.indexOf(':')));
    Long known = snapshotAfter.get(kind);
    if (known == null) {
      known = history.snapshotAfter(channel);
      snapshotAfter.put(kind, known);
    }
    return known;
  }

  /** Sends a write once. */
  void post(String channel, SendAction.Post post, Consumer<SendInput> answer) {
    run(() -> answer.accept(sent(channel, post)));
  }

  private SendInput sent(String channel, SendAction.Post post) {
    try {
      Published published = publisher.once(channel, post.item().draft(), post.item().key(), true);
      return new SendInput.Answered(post.attempt(), published);
    } catch (RefusedException e) {
      return new SendInput.Failed(post.attempt(), e.problem(), mayBeAskedAgain(e));
    } catch (UnreachableException | UnreadableException e) {
      Problem problem = Problem.of(0, "unreachable", String.valueOf(e.getMessage()));
      return new SendInput.Failed(post.attempt(), problem, true);
    }
  }

  /** A token can be replaced; what else is refused stays so. */
  private static boolean mayBeAskedAgain(RefusedException e) {
    return Publisher.mayBeRepeated(e) || e.status() == 401;
  }

  private void runInTurn(Runnable task) {
    run(() -> {
      try {
        requests.acquire();
      } catch (InterruptedException _) {
        return; // closed
      }
      try {
        task.run();
      } finally {
        requests.release();
      }
    });
  }

  private void run(Runnable task) {
    try {
      network.execute(task);
    } catch (RejectedExecutionException _) {
      // closed meanwhile
    }
  }
}
