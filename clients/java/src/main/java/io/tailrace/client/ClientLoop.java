package io.tailrace.client;

import io.tailrace.client.channel.ChannelAction;
import io.tailrace.client.channel.ChannelInput;
import io.tailrace.client.link.Link;
import io.tailrace.client.wire.ClientMessages.Want;
import io.tailrace.client.wire.ServerMessage;
import io.tailrace.client.wire.ServerMessages;
import io.tailrace.client.wire.UnreadableException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that owns a client: it reads the inbox, keeps the connection, and carries out what
 * the channels decide.
 */
@SuppressWarnings("ReferenceEquality") // a link is this very connection, never one like it
final class ClientLoop implements Link.Receiver {
  private static final int BATCH = 256;
  private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long WELCOME_LIMIT_MS = 10_000;
  private static final long ANSWER_LIMIT_MS = 20_000;
  // A stream's comments come every 15 s.
  private static final long SILENCE_MS = 20_000;

  private sealed interface Notice {
    record Opened(Link link) implements Notice {}

    record Received(Link link, byte[] text) implements Notice {}

    record Closed(Link link, Link.End end) implements Notice {}

    record Task(Runnable run) implements Notice {}
  }

  /** Opens links; history calls it back through {@link #post}. */
  interface Edges {
    Link open(Link.Receiver receiver);

    String token();

    void read(Follower follower, ChannelAction.Request request);
  }

  private final Edges edges;
  private final ClientLimits limits;
  private final Backoff backoff;
  private final ConnectionListener listener;
  private final RandomGenerator random;
  private final LongSupplier nanoTime;
  private final ArrayBlockingQueue<Notice> inbox;
  private final Thread thread;
  private final Timers timers = new Timers();
  private final Followers followers = new Followers();
  private @Nullable Link link;
  private boolean welcomed;
  private int failures;
  private volatile long lastHeardNanos;
  private volatile boolean closed;

  ClientLoop(
      Edges edges,
      ClientLimits limits,
      Backoff backoff,
      ConnectionListener listener,
      RandomGenerator random) {
    this.edges = edges;
    this.limits = limits;
    this.backoff = backoff;
    this.listener = listener;
    this.random = random;
    this.nanoTime = System::nanoTime;
    this.inbox = new ArrayBlockingQueue<>(limits.inboxFrames());
    this.thread = Thread.ofPlatform().name("tailrace-client").daemon(true).unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /** Runs on the loop thread, at once when that is the caller. Waits where the inbox is full. */
  void post(Runnable task) {
    if (Thread.currentThread() == thread) {
      task.run();
    } else {
      put(new Notice.Task(task));
    }
  }

  /** From the loop thread. */
  void follow(String channel, @Nullable Place from, ChannelListener to) {
    unfollow(channel);
    followers.add(new Follower(channel, from, limits.bufferEvents(), to, this::request));
  }

  /** From the loop thread. */
  void unfollow(String channel) {
    Follower gone = followers.remove(channel);
    Link open = link;
    if (gone != null && !gone.ended() && open != null && welcomed) {
      open.unsubscribe(channel);
    }
  }

  /** Ends the connection as a broken network would; the client repairs it. From the loop thread. */
  void drop(String reason) {
    Link open = link;
    if (open != null) {
      down(open, new Link.End(0, reason, 0));
      open.close();
    }
  }

  void close() {
    closed = true;
    thread.interrupt();
    if (Thread.currentThread() != thread) {
      try {
        thread.join(2_000);
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public void opened(Link from) {
    put(new Notice.Opened(from));
  }

  @Override
  public void heard(Link from) {
    lastHeardNanos = nanoTime.getAsLong();
  }

  @Override
  public void received(Link from, byte[] text) {
    put(new Notice.Received(from, text));
  }

  @Override
  public void closed(Link from, Link.End end) {
    if (Thread.currentThread() == thread) {
      down(from, end);
    } else {
      put(new Notice.Closed(from, end));
    }
  }

  private void put(Notice notice) {
    try {
      while (!closed && !inbox.offer(notice, 1, TimeUnit.SECONDS)) {
        // the loop is slow: so is whoever brings more
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try {
      loop();
    } catch (Throwable fault) { // the thread's top: a listener's bug must not look like silence
      closed = true;
      listener.onFault(fault);
    } finally {
      drop("closed here");
    }
  }

  private void loop() {
    connect();
    List<Notice> batch = new ArrayList<>(BATCH);
    while (!closed) {
      try {
        Notice first =
            inbox.poll(timers.untilNext(nanoTime.getAsLong(), IDLE_NANOS), TimeUnit.NANOSECONDS);
        if (first != null) {
          batch.add(first);
          inbox.drainTo(batch, BATCH - 1);
          batch.forEach(this::handle);
          batch.clear();
        }
      } catch (InterruptedException _) {
        continue; // closed
      }
      timers.runDue(nanoTime.getAsLong());
      ask();
    }
  }

  private void handle(Notice notice) {
    switch (notice) {
      case Notice.Opened up -> {
        if (up.link() == link && !up.link().welcomes()) {
          ready("", "", SILENCE_MS, null);
        }
      }
      case Notice.Received received -> {
        if (received.link() == link) {
          lastHeardNanos = nanoTime.getAsLong();
          read(received.text());
        }
      }
      case Notice.Closed gone -> down(gone.link(), gone.end());
      case Notice.Task task -> task.run().run();
    }
  }

  // ---- the connection

  private void connect() {
    if (closed || link != null) {
      return;
    }
    welcomed = false;
    lastHeardNanos = nanoTime.getAsLong();
    Link opening = edges.open(this);
    link = opening;
    later(
        WELCOME_LIMIT_MS,
        () -> {
          if (link == opening && !welcomed) {
            drop("no welcome came");
          }
        });
  }

  private void down(Link gone, Link.End end) {
    if (gone != link) {
      return;
    }
    link = null;
    welcomed = false;
    followers.disconnected();
    if (closed) {
      return;
    }
    failures++;
    boolean refused =
        end.code() == 4401 || end.code() == 4426 || end.code() == 401 || end.code() == 403;
    if (refused) {
      listener.onRefused(end.code(), end.reason());
    }
    long pauseMs =
        Math.max(
            end.retryAfterMs(),
            backoff.pauseMs(refused ? failures + 3 : failures, random.nextDouble()));
    listener.onDisconnected(end.reason(), pauseMs);
    later(pauseMs, this::connect);
  }

  /** Subscriptions can be asked for. */
  private void ready(String session, String user, long heartbeatMs, @Nullable String exp) {
    welcomed = true;
    Link open = link;
    if (open != null && open.welcomes()) {
      failures = 0;
    }
    if (open != null && heartbeatMs > 0) {
      heartbeat(open, heartbeatMs);
    }
    if (open != null && exp != null) {
      renewal(open, exp);
    }
    listener.onConnected(session, user);
  }

  /** Pings twice per interval; a server that says nothing for two intervals is gone. */
  private void heartbeat(Link open, long everyMs) {
    later(
        Math.max(1, everyMs / 2),
        () -> {
          if (link != open) {
            return;
          }
          if (nanoTime.getAsLong() - lastHeardNanos > 2 * TimeUnit.MILLISECONDS.toNanos(everyMs)) {
            drop("the server is silent");
          } else {
            open.ping();
            heartbeat(open, everyMs);
          }
        });
  }

  /** Brings a fresh token when nine tenths of the old one's time have passed. */
  private void renewal(Link open, String exp) {
    long leftMs = TokenTimes.leftMs(exp);
    if (leftMs > 0) {
      later(
          leftMs * 9 / 10,
          () -> {
            if (link == open) {
              open.authenticate(edges.token());
            }
          });
    }
  }

  // ---- frames

  private void read(byte[] text) {
    ServerMessage message;
    try {
      message = ServerMessages.parse(text);
    } catch (UnreadableException e) {
      drop("an unreadable frame: " + e.getMessage()); // nothing on it can be trusted any more
      return;
    }
    switch (message) {
      case ServerMessage.Welcome m -> ready(m.session(), m.user(), m.heartbeatMs(), m.exp());
      case ServerMessage.Event m ->
          followers.give(m.event().channel(), new ChannelInput.Arrived(m.event()));
      case ServerMessage.Subscribed m -> {
        failures = 0;
        followers.give(
            m.channel(),
            new ChannelInput.Subscribed(m.ref(), m.epoch(), m.head(), m.after(), m.catchUpTo()));
      }
      case ServerMessage.Behind m ->
          followers.give(m.channel(), new ChannelInput.Behind(m.after(), m.head()));
      case ServerMessage.Reset m ->
          followers.give(m.channel(), new ChannelInput.Reset(m.epoch(), m.after()));
      case ServerMessage.Revoked m ->
          followers.give(m.channel(), new ChannelInput.Revoked(m.seq()));
      case ServerMessage.Refused m -> followers.refused(m);
      case ServerMessage.Drain m -> drain(link, m);
      case ServerMessage.Other _ -> {
        // nothing to act on
      }
    }
  }

  /** Each socket is told another delay, so that a gateway's crowd does not come back at once. */
  private void drain(@Nullable Link leaving, ServerMessage.Drain drain) {
    later(
        drain.reconnectAfterMs(),
        () -> {
          if (link == leaving) {
            drop("the gateway leaves");
          }
        });
  }

  // ---- what channels ask for

  /** One frame for all that want to subscribe: after a reconnect that is everybody. */
  private void ask() {
    Link open = link;
    if (open == null || !welcomed) {
      return;
    }
    List<Follower> asking = followers.asking();
    for (int from = 0; from < asking.size() && link == open; from += limits.wantsPerFrame()) {
      List<Follower> some =
          asking.subList(from, Math.min(asking.size(), from + limits.wantsPerFrame()));
      long ref =
          open.subscribe(some.stream().map(f -> new Want(f.channel(), f.applied())).toList());
      if (link == open) {
        some.forEach(f -> f.take(new ChannelInput.Asked(ref)));
      }
      later(ANSWER_LIMIT_MS, () -> unanswered(open, ref));
    }
  }

  /** An answer that never comes would leave a channel silent on a connection that looks alive. */
  private void unanswered(Link asked, long ref) {
    if (link == asked && followers.anyWaitsFor(ref)) {
      drop("a subscribe was not answered");
    }
  }

  private void request(Follower follower, ChannelAction.Request request) {
    Runnable then =
        switch (request) {
          case ChannelAction.AskAgain _ -> follower::askNow;
          case ChannelAction.ReadPage _, ChannelAction.ReadSnapshot _ ->
              () -> edges.read(follower, request);
        };
    follower.askLater();
    long pauseMs =
        Math.max(request.waitMsMin(), backoff.pauseMs(request.attempt(), random.nextDouble()));
    if (pauseMs <= 0) {
      then.run();
    } else {
      later(pauseMs, then);
    }
  }

  private void later(long ms, Runnable then) {
    timers.add(nanoTime.getAsLong() + TimeUnit.MILLISECONDS.toNanos(ms), then);
  }
}
