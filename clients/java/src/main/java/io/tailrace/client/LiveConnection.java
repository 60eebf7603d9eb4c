package io.tailrace.client;

import io.tailrace.client.channel.ChannelInput;
import io.tailrace.client.connection.ConnectionAction;
import io.tailrace.client.connection.ConnectionCore;
import io.tailrace.client.connection.ConnectionInput;
import io.tailrace.client.connection.ConnectionState;
import io.tailrace.client.connection.End;
import io.tailrace.client.connection.Moment;
import io.tailrace.client.lane.Signals;
import io.tailrace.client.link.Link;
import io.tailrace.client.wire.ClientMessages.Want;
import io.tailrace.client.wire.ServerMessage;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Carries out what the connection's core decides: opens and closes links, asks over them for all
 * channels that want it, passes their messages on. Owned by the loop thread.
 */
final class LiveConnection {
  private static final long ANSWER_LIMIT_MS = 15_000;

  /** The ways out. */
  interface Edges {
    Link open(Transport way, Link.Receiver receiver);

    /** The clock that never jumps; from any thread. */
    long runMs();

    Moment now();

    /** There is a link to ask over. */
    void used();

    /** Runs on the loop thread, never before the caller has returned. */
    void soon(Runnable task);

    /** Runs on the loop thread after a while. */
    void later(long ms, Runnable task);
  }

  /** A link with what its network threads leave for the loop. */
  private final class Line implements Link.Receiver {
    private final long number;
    private final Transport way;
    private volatile long heardMs;
    private long heardTold;
    private @Nullable Link link;
    private @Nullable String user;

    Line(long number, Transport way) {
      this.number = number;
      this.way = way;
    }

    @Override
    public void opened() {
      edges.soon(() -> decide(new ConnectionInput.Opened(number)));
    }

    @Override
    public void heard() {
      heardMs = edges.runMs();
    }

    @Override
    public void received(ServerMessage message) {
      heard();
      edges.soon(() -> {
        if (lines.get(number) == this) {
          read(this, message);
        }
      });
    }

    @Override
    public void closed(End end) {
      edges.soon(() -> {
        if (lines.remove(number) != null) {
          decide(new ConnectionInput.Closed(number, end));
        }
      });
    }
  }

  private final ConnectionCore core;
  private final Edges edges;
  private final Followers followers;
  private final ConnectionListener listener;
  private final int wantsPerFrame;
  // Two at most.
  private final Map<Long, Line> lines = new HashMap<>();
  private ConnectionState state;
  private long refs;
  private volatile @Nullable Shed shed;

  LiveConnection(ConnectionCore core, Transport way, Edges edges, Followers followers, Told told) {
    this.core = core;
    this.edges = edges;
    this.followers = followers;
    this.listener = told.listener();
    this.wantsPerFrame = told.wantsPerFrame();
    this.state = ConnectionState.begin(way);
  }

  /** Who is told, and how many channels fit into one frame. */
  record Told(ConnectionListener listener, int wantsPerFrame) {}

  void start() {
    decide(new ConnectionInput.Start());
  }

  void stop() {
    decide(new ConnectionInput.Stop());
  }

  /** Ends every link as a broken network would. */
  void cut(String reason) {
    for (long number : List.copyOf(lines.keySet())) {
      decide(new ConnectionInput.GiveUp(number, reason));
    }
  }

  /** What is being shed; null for nothing. From any thread. */
  @Nullable Shed shed() {
    return shed;
  }

  void unsubscribe(long number, String channel) {
    Line line = lines.get(number);
    if (line != null && line.link != null) {
      line.link.unsubscribe(++refs, channel);
    }
  }

  /** Who speaks over a link; null where it has no way back. */
  @Nullable String speaker(long number) {
    Line line = lines.get(number);
    return line == null || line.way != Transport.WEBSOCKET ? null : line.user;
  }

  void signal(long number, String channel, Signals.Said said) {
    with(number, link -> link.signal(channel, said.type(), said.data()));
  }

  void receipt(long number, String channel, long seq) {
    with(number, link -> link.receipt(channel, seq));
  }

  /** What is due; returns in how many milliseconds to look again at the latest. */
  long look() {
    for (Line line : List.copyOf(lines.values())) {
      long heard = line.heardMs;
      if (heard > line.heardTold) {
        line.heardTold = heard;
        decide(new ConnectionInput.Heard(line.number, heard));
      }
    }
    decide(new ConnectionInput.Tick());
    ask();
    settle();
    long nowMs = edges.runMs();
    return Math.min(state.nextMs(), followers.look(nowMs)) - nowMs;
  }

  // ---- carrying out

  private void decide(ConnectionInput input) {
    ConnectionCore.Decision decision = core.decide(state, input, edges.now());
    state = decision.state();
    for (ConnectionAction action : decision.actions()) {
      switch (action) {
        case ConnectionAction.Open a -> open(a);
        case ConnectionAction.Close a -> close(a.link());
        case ConnectionAction.Ping a -> with(a.link(), link -> link.ping(++refs));
        case ConnectionAction.Renew a -> with(a.link(), link -> link.renew(++refs));
        case ConnectionAction.Use a -> use(a.link());
        case ConnectionAction.Lose a -> lose(a.link());
        case ConnectionAction.TellDown a -> listener.onDisconnected(a.reason(), a.retryInMs());
        case ConnectionAction.TellRefused a -> listener.onRefused(a.code(), a.reason());
      }
    }
  }

  private void open(ConnectionAction.Open open) {
    Line line = new Line(open.link(), open.way());
    lines.put(open.link(), line);
    line.link = edges.open(open.way(), line);
  }

  private void close(long number) {
    Line line = lines.remove(number);
    if (line != null && line.link != null) {
      line.link.close();
    }
  }

  private void with(long number, Consumer<Link> then) {
    Line line = lines.get(number);
    if (line != null && line.link != null) {
      then.accept(line.link);
    }
  }

  private void lose(long number) {
    shed = null;
    followers.disconnected(number);
  }

  private void use(long number) {
    Line line = lines.get(number);
    if (line != null) {
      followers.askAll();
      followers.shedding(line.way == Transport.POLL);
      if (line.way != Transport.WEBSOCKET) {
        listener.onConnected("", "");
      }
      listener.onTransport(line.way);
      edges.used();
    }
  }

  // ---- asking

  /** One frame for all that want to subscribe: after a reconnect that is everybody. */
  private void ask() {
    long target = state.target();
    Line line = lines.get(target);
    Link link = line == null ? null : line.link;
    if (line == null || link == null) {
      return;
    }
    List<Follower> asking = followers.asking(target);
    // A link other than a socket takes all its channels in one request.
    int most = line.way == Transport.WEBSOCKET ? wantsPerFrame : Math.max(1, asking.size());
    for (int from = 0; from < asking.size(); from += most) {
      List<Follower> some = asking.subList(from, Math.min(asking.size(), from + most));
      long ref = ++refs;
      link.subscribe(ref, some.stream().map(f -> new Want(f.channel(), f.applied())).toList());
      some.forEach(f -> f.take(new ChannelInput.Asked(target, ref)));
      edges.later(ANSWER_LIMIT_MS, () -> followers.unanswered(ref));
      decide(new ConnectionInput.Asked(target));
    }
  }

  /** The older link may go once no subscription depends on it. */
  private void settle() {
    ConnectionState.Leg older = state.leg();
    if (older != null && state.next() != null && !followers.anyDependsOn(older.link())) {
      decide(new ConnectionInput.Settled());
    }
  }

  // ---- messages

  private void shedding(Line line, Shed told) {
    shed = told.ongoing() ? told : null;
    followers.shedding(told.ongoing() || line.way == Transport.POLL);
    if (!told.ongoing() && told.lanes().contains("receipt")) {
      followers.missedReceipts();
    }
    listener.onShed(told);
  }

  private void read(Line line, ServerMessage message) {
    switch (message) {
      case ServerMessage.Welcome m -> {
        line.user = m.user();
        decide(new ConnectionInput.Welcomed(line.number, m.heartbeatMs(), Times.millis(m.exp())));
        listener.onConnected(m.session(), m.user());
      }
      case ServerMessage.Authed m ->
          decide(new ConnectionInput.Authed(line.number, Times.millis(m.exp())));
      case ServerMessage.Drain m ->
          decide(new ConnectionInput.Drained(line.number, m.reconnectAfterMs(), m.deadlineMs()));
      case ServerMessage.Shedding m -> shedding(line, m.shed());
      case ServerMessage.Event m ->
          followers.give(m.event().channel(), new ChannelInput.Arrived(line.number, m.event()));
      case ServerMessage.Subscribed m ->
          followers.give(
              m.channel(),
              new ChannelInput.Subscribed(m.ref(), m.epoch(), m.head(), m.after(), m.catchUpTo()));
      case ServerMessage.Behind m ->
          followers.give(m.channel(), new ChannelInput.Behind(line.number, m.after(), m.head()));
      case ServerMessage.Reset m ->
          followers.give(m.channel(), new ChannelInput.Reset(line.number, m.epoch(), m.after()));
      case ServerMessage.Revoked m ->
          followers.give(m.channel(), new ChannelInput.Revoked(line.number, m.seq()));
      case ServerMessage.SignalShown m ->
          followers.with(m.channel(), follower -> follower.beside().heard(m));
      case ServerMessage.ReceiptShown m ->
          followers.with(m.channel(), follower -> follower.beside().heard(m));
      case ServerMessage.Refused m -> followers.refused(m);
      case ServerMessage.Other _ -> {
        // nothing to act on
      }
    }
  }
}
