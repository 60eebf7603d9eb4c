package io.tailrace.gateway.shard;

import io.tailrace.gateway.encode.Frame;
import io.tailrace.gateway.fanout.Input;
import io.tailrace.gateway.fanout.ShardCore;
import io.tailrace.gateway.lane.Account;
import io.tailrace.gateway.session.Decision;
import io.tailrace.gateway.session.Peer;
import io.tailrace.gateway.tail.EventTail;
import io.tailrace.schemas.join.JoinWire;
import io.tailrace.schemas.problem.Problem;
import io.tailrace.schemas.problem.ProblemCode;
import io.tailrace.schemas.token.Identity;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.xnio.XnioIoThread;

/**
 * A shard on its I/O thread: takes inputs, lets the core decide, carries out. All methods but those
 * that say otherwise are for that thread only.
 */
public final class Shard implements EventTail.Taker {
  /** So that one reader who is fast does not keep an I/O thread from the others. */
  private static final long BYTES_PER_FLUSH = 1 << 20;

  private static final int READ_BYTES = 64 * 1024;
  private static final int RESTARTED = 1012;

  final ShardCore core;
  private final XnioIoThread thread;
  private final ShardPorts ports;
  private final Rules rules;
  private final Pace pace;
  private final Deadlines deadlines;
  private final Portions portions;
  private final Inbox inbox;
  private final HubLine hubLine;
  private final Consumer<List<JoinWire.Answer>> answersTo = this::takeAnswers;
  private final AtomicBoolean scheduled = new AtomicBoolean();
  private final Map<Peer, Connection> connections = new HashMap<>();
  private final Map<Connection, Watcher> watchers = new HashMap<>();
  private final Writes writes = new Writes();
  private final ByteBuffer readBuffer = ByteBuffer.allocateDirect(READ_BYTES);
  private final Pushes pushes;

  /**
   * What bounds a shard's edge.
   *
   * @param inboxMax batches and answers that wait
   * @param portionBytes events after which what waits is written, though more are there: less than
   *     a queue holds, so that none is filled by a burst while its socket takes bytes
   * @param tickMs how often deadlines are looked at
   * @param stallMs how long a socket may take nothing
   * @param closeMs how long a close may take
   */
  public record Rules(int inboxMax, long portionBytes, long tickMs, long stallMs, long closeMs) {}

  /** A shard without connections. */
  public Shard(ShardCore core, XnioIoThread thread, ShardPorts ports, Rules rules, Pace pace) {
    this.core = core;
    this.thread = thread;
    this.ports = ports;
    this.rules = rules;
    this.pace = pace;
    this.deadlines = new Deadlines(rules.tickMs());
    this.portions = new Portions(rules.portionBytes());
    this.pushes = new Pushes(ports.metrics(), core.rooms());
    this.inbox = new Inbox(rules.inboxMax(), ports.metrics()::tailWaited, this::wake);
    this.hubLine = new HubLine(ports.hub(), ports.metrics(), inbox, this::wake);
  }

  /** Begins to look at deadlines. From any thread. */
  public void start() {
    hubLine.open();
    executeLater(this::tick, rules.tickMs());
  }

  /** Takes a batch on the tail thread; waits while the inbox is full. */
  @Override
  public void take(List<Frame> frames) throws InterruptedException {
    inbox.put(new Input.Feed(frames));
  }

  /** Ends all connections: what they hold may have a gap. On the tail thread. */
  @Override
  public void broken() {
    shutDown(RESTARTED, "the gateway reads anew: connect again", "tail_broke");
  }

  /** Whether it has ended, with all its connections. From any thread. */
  boolean isClosed() {
    return inbox.isClosed();
  }

  private void wake() {
    if (scheduled.compareAndSet(false, true)) {
      execute(this::turn);
    }
  }

  /** From any thread. The server may have ended its threads before it ends the gateway. */
  void execute(Runnable task) {
    try {
      thread.execute(task);
    } catch (RejectedExecutionException _) {
      inbox.close();
    }
  }

  private void executeLater(Runnable task, long ms) {
    try {
      var _ = thread.executeAfter(task, ms, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException _) {
      inbox.close();
    }
  }

  private void turn() {
    long startNanos = ports.nanoTime().getAsLong();
    long restMs = pace.restMs(startNanos);
    if (restMs > 0) {
      executeLater(this::turn, restMs);
      return;
    }
    scheduled.set(false);
    long nowMs = ports.clock().millis();
    inbox.takeTurn(input -> {
      if (input instanceof Input.Feed(List<Frame> frames)) {
        pushes.note(frames);
        portions.split(
            frames, portion -> core.decide(new Input.Feed(portion), nowMs), () -> carryOut(nowMs));
      } else {
        core.decide(input, nowMs);
      }
    });
    portions.begin();
    hubLine.takeTurn(input -> core.decide(input, nowMs));
    carryOut(nowMs);
    pace.turned(startNanos, ports.nanoTime().getAsLong());
    pushes.written(ports.clock());
    if (!inbox.isEmpty() || !hubLine.isEmpty()) {
      wake();
    }
  }

  private void tick() {
    if (isClosed()) {
      return;
    }
    long nowMs = ports.clock().millis();
    if (!deadlines.mayJudge(nowMs)) {
      executeLater(this::tick, 1);
      return;
    }
    executeLater(this::tick, rules.tickMs());
    core.decide(new Input.Tick(), nowMs);
    carryOut(nowMs);
    for (Map.Entry<Connection, Watcher> entry : List.copyOf(watchers.entrySet())) {
      if (!entry.getKey().isClosing()) {
        entry.getValue().look(nowMs);
      }
    }
    for (Connection connection : List.copyOf(connections.values())) {
      ports.metrics().queueDepth(connection.peer().queue().bytes());
      if (connection.isOverdue(nowMs)) {
        drop(connection);
      } else if (!connection.isClosing() && connection.isStalled(nowMs, rules.stallMs())) {
        close(
            connection,
            ProblemCode.TOO_SLOW.closeCode(),
            "nothing was read for too long",
            ProblemCode.TOO_SLOW.code(),
            true,
            nowMs);
      }
    }
  }

  /** What its queues hold, for a queue to come. */
  public Account account() {
    return core.account();
  }

  /** A connection was opened; who opened it may be known already. */
  public void open(Connection connection, @Nullable Identity identity) {
    Peer peer = connection.peer();
    connections.put(peer, connection);
    ports.metrics().opened(peer.wire());
    long nowMs = ports.clock().millis();
    core.decide(new Input.Opened(peer), nowMs);
    if (identity != null) {
      core.decide(new Input.Identified(peer, identity), nowMs);
    }
    if (isClosed()) {
      // It was on its way when the others were closed.
      lost(connection);
    }
  }

  /** Lets somebody look at a connection until that has gone. */
  public void watch(Connection connection, Watcher watcher) {
    watchers.put(connection, watcher);
  }

  /** Takes an input of a connection; {@link #settle} follows. */
  public void input(Input input) {
    core.decide(input, ports.clock().millis());
  }

  /** Bytes were queued by the reader itself. */
  public void changed(Connection connection) {
    if (!connection.isWaiting()) {
      flush(connection, ports.clock().millis());
    }
  }

  /** Carries out what the inputs brought about. */
  public void settle() {
    carryOut(ports.clock().millis());
  }

  /** Closes a connection for a reason of the table. */
  public void close(Connection connection, ProblemCode code, String reason) {
    close(connection, code.closeCode(), reason, code.code(), false, ports.clock().millis());
  }

  /** Closes a connection with a code that the other side gave, or after it has gone. */
  public void close(Connection connection, int code, String reason, String label) {
    close(connection, code, reason, label, false, ports.clock().millis());
  }

  /** The other side closes, or answers a close. */
  public void closedByPeer(Connection connection, int code) {
    if (connection.isClosing()) {
      if (connection.peerIsDone()) {
        drop(connection);
      }
    } else {
      close(connection, code, "", "client");
      connection.peerIsDone();
      if (connection.peer().queue().isEmpty()) {
        drop(connection);
      }
    }
  }

  /** Forgets a connection that is broken. */
  public void drop(Connection connection) {
    Peer peer = connection.peer();
    watchers.remove(connection);
    if (connections.remove(peer) != null) {
      connection.leave();
      peer.queue().end();
      core.decide(new Input.Gone(peer), ports.clock().millis());
      hubLine.tell(core.toHub());
      ports.metrics().closed(peer.wire(), connection.label());
      connection.logEnd();
      connection.cut();
    }
  }

  /**
   * A socket was closed, which may be told in the middle of a write: it is forgotten after that.
   */
  public void lost(Connection connection) {
    execute(() -> drop(connection));
  }

  /** The socket takes bytes again. */
  public void writable(Connection connection) {
    flush(connection, ports.clock().millis());
  }

  /** A buffer for one read; used up before the next. */
  public ByteBuffer readBuffer() {
    return readBuffer;
  }

  /** Closes all connections with a code, and stops. From any thread. */
  public void shutDown(int code, String reason, String label) {
    inbox.close();
    execute(() -> {
      long nowMs = ports.clock().millis();
      for (Connection connection : List.copyOf(connections.values())) {
        close(connection, code, reason, label, false, nowMs);
        drop(connection);
      }
      core.end();
    });
  }

  /** Takes an input as soon as the thread is free. From any thread. */
  void inputLater(Input input) {
    execute(() -> {
      input(input);
      settle();
    });
  }

  private void carryOut(long nowMs) {
    Decision decision = core.finish(nowMs);
    List<JoinWire.Ask> asks = core.asks();
    List<Peer> changed = decision.changed();
    for (int i = 0; i < changed.size(); i++) {
      Connection connection = connections.get(changed.get(i));
      if (connection != null && !isTurnedAway(connection, nowMs) && !connection.isWaiting()) {
        flush(connection, nowMs);
      }
    }
    for (int i = 0; i < decision.closings().size(); i++) {
      Decision.Closing closing = decision.closings().get(i);
      Connection connection = connections.get(closing.peer());
      if (connection != null) {
        boolean slow = closing.code() == ProblemCode.TOO_SLOW.closeCode();
        close(connection, closing.code(), closing.reason(), closing.label(), slow, nowMs);
      }
    }
    ports.metrics().happened(decision.counts());
    core.account().drainTo(ports.metrics()::dropped);
    writes.tell(ports.metrics());
    decision.clear();
    hubLine.tell(core.toHub());
    if (!asks.isEmpty()) {
      // Refusals come back at once and on this thread, which must not wait for its own inbox.
      ports.joins().ask(asks, answersTo);
    }
  }

  /** Whoever has just said who it is and finds no place is told so, and nothing else. */
  private boolean isTurnedAway(Connection connection, long nowMs) {
    Problem refusal = connection.seat(ports.seats());
    if (refusal != null) {
      connection.peer().queue().dropUnsent();
      ProblemCode code = refusal.code();
      close(connection, code.closeCode(), refusal.detail(), code.code(), false, nowMs);
    }
    return refusal != null;
  }

  private void takeAnswers(List<JoinWire.Answer> answers) {
    if (Thread.currentThread() == thread) {
      inputLater(new Input.Joined(answers));
    } else {
      inbox.putAnswers(answers);
    }
  }

  private void flush(Connection connection, long nowMs) {
    Peer peer = connection.peer();
    try {
      long begun = writes.bytes();
      boolean all = writes.write(connection, nowMs);
      while (all && peer.replaying() > 0 && !connection.isClosing()) {
        core.decide(new Input.Drained(peer), nowMs);
        if (peer.queue().isEmpty()) {
          break;
        }
        if (writes.bytes() - begun > BYTES_PER_FLUSH) {
          connection.writeLater();
          return;
        }
        all = writes.write(connection, nowMs);
      }
      if (all && connection.isClosing() && !connection.lingers(nowMs)) {
        drop(connection);
      }
    } catch (IOException _) {
      drop(connection);
    }
  }

  private void close(
      Connection connection,
      int code,
      String reason,
      String label,
      boolean dropWaiting,
      long nowMs) {
    if (connection.isClosing()) {
      return;
    }
    Watcher watcher = watchers.get(connection);
    if (watcher != null && !dropWaiting) {
      watcher.ends(nowMs);
    }
    core.decide(new Input.Gone(connection.peer()), nowMs);
    connection.beginClose(code, reason, label, dropWaiting, nowMs + rules.closeMs());
    flush(connection, nowMs);
  }
}
