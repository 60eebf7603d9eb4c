package io.tailrace.load.bench;

import io.tailrace.standalone.cli.CommandException;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Many clients on one thread, each live in one channel of some gateways. Whose gateway goes comes
 * back over another one after a little while, unless it has been told to stay away. What is true of
 * each can be read from any thread: all times are {@link System#nanoTime}, 0 for never.
 */
final class Attendance implements AutoCloseable {
  private static final int READ_BYTES = 1 << 18;
  private static final byte[] NONE = {};
  private static final int TEXT = 1;
  private static final int PING = 9;
  private static final int PONG = 10;
  private static final int SHAKING_MAX = 200;
  private static final long BACK_WITHIN_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final long SHAKE_NANOS = TimeUnit.SECONDS.toNanos(30);

  /**
   * Who attends.
   *
   * @param channels of each by number
   * @param presenceEveryMs how often each says that it is here; 0 for those that only look
   */
  record Plan(
      List<URI> gateways,
      IntFunction<String> tokens,
      IntFunction<String> channels,
      int count,
      long presenceEveryMs) {}

  /** Told on the thread of all. */
  interface Listener {
    /** A text message for one. */
    void heard(int number, String text);

    /** One has lost its connection. */
    default void lost(int number) {}
  }

  private static final class One {
    final int number;
    @Nullable SocketChannel socket;
    int gateway;
    boolean upgraded;
    boolean live;
    byte[] rest = NONE;
    long sayAt;
    long shakenBy;

    One(int number, int gateway) {
      this.number = number;
      this.gateway = gateway;
    }
  }

  private record Due(long at, One one) {}

  private final Plan plan;
  private final Listener listener;
  private final Selector selector;
  private final One[] all;
  private final ArrayDeque<Due> toConnect = new ArrayDeque<>();
  private final Random random = new Random();
  private final byte[] bytes = new byte[READ_BYTES];
  private final AtomicLongArray here;
  private final AtomicLongArray lost;
  private final AtomicLongArray gone;
  private final Thread thread = Thread.ofPlatform().name("attendance").unstarted(this::run);
  private int shaking;
  private volatile boolean closed;
  private volatile @Nullable String broken;

  /** Begins to connect everybody. */
  Attendance(Plan plan, Listener listener) {
    this.plan = plan;
    this.listener = listener;
    this.all = new One[plan.count()];
    this.here = new AtomicLongArray(plan.count());
    this.lost = new AtomicLongArray(plan.count());
    this.gone = new AtomicLongArray(plan.count());
    for (int n = 0; n < all.length; n++) {
      all[n] = new One(n, n % plan.gateways().size());
      toConnect.add(new Due(0, all[n]));
    }
    try {
      selector = Selector.open();
    } catch (IOException e) {
      throw new CommandException("No selector: " + e.getMessage(), e);
    }
    thread.start();
  }

  /** Since when it is here without a pause longer than it takes to come back; 0: not yet. */
  long hereSince(int number) {
    return here.get(number);
  }

  /** Since when it has no connection, 0 where it has one. */
  long lostSince(int number) {
    return lost.get(number);
  }

  /** Since when it stays away, 0 where it does not. */
  long goneSince(int number) {
    return gone.get(number);
  }

  /** Which gateway it is at, or comes back to. */
  int gatewayOf(int number) {
    return all[number].gateway;
  }

  /** Does not come back when its connection is lost. */
  void stayAway(int number) {
    gone.compareAndSet(number, 0, System.nanoTime());
  }

  /** Throws what has ended the thread. */
  void check() {
    String why = broken;
    if (why != null) {
      throw new CommandException("The clients cannot go on: " + why);
    }
  }

  private void run() {
    try {
      while (!closed) {
        selector.select(this::ready, 20);
        long now = System.nanoTime();
        connectDue(now);
        speak(now);
      }
    } catch (IOException | RuntimeException e) {
      broken = e.toString();
    }
  }

  private void connectDue(long now) throws IOException {
    for (int i = toConnect.size(); i > 0 && shaking < SHAKING_MAX; i--) {
      Due due = toConnect.remove();
      if (due.at() > now) {
        toConnect.add(due);
      } else if (gone.get(due.one().number) == 0) {
        connect(due.one(), now);
      }
    }
  }

  private void connect(One one, long now) throws IOException {
    URI gateway = plan.gateways().get(one.gateway);
    SocketChannel socket = SocketChannel.open();
    try {
      socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
      socket.connect(new InetSocketAddress(gateway.getHost(), gateway.getPort()));
      socket.configureBlocking(false);
      socket.write(Upgrade.request(gateway.getAuthority()));
    } catch (IOException _) {
      socket.close();
      elsewhere(one);
      return;
    }
    one.socket = socket;
    one.upgraded = false;
    one.live = false;
    one.rest = NONE;
    one.shakenBy = now + SHAKE_NANOS;
    shaking++;
    socket.register(selector, SelectionKey.OP_READ, one);
  }

  private void elsewhere(One one) {
    one.gateway = (one.gateway + 1) % plan.gateways().size();
    toConnect.add(new Due(System.nanoTime() + random.nextLong(BACK_WITHIN_NANOS), one));
  }

  private void ready(SelectionKey key) {
    One one = (One) key.attachment();
    try {
      read(one);
    } catch (IOException _) {
      end(one);
    }
  }

  private void end(One one) {
    SocketChannel socket = one.socket;
    if (socket == null) {
      return;
    }
    one.socket = null;
    if (!one.live) {
      shaking--;
    }
    one.live = false;
    lost.compareAndSet(one.number, 0, System.nanoTime());
    listener.lost(one.number);
    try {
      socket.close();
    } catch (IOException _) {
      // It is over in any case.
    }
    if (gone.get(one.number) == 0) {
      elsewhere(one);
    }
  }

  private void read(One one) throws IOException {
    SocketChannel socket = one.socket;
    if (socket == null) {
      return;
    }
    System.arraycopy(one.rest, 0, bytes, 0, one.rest.length);
    int got = socket.read(ByteBuffer.wrap(bytes, one.rest.length, READ_BYTES - one.rest.length));
    if (got < 0) {
      throw new EOFException();
    }
    int to = one.rest.length + got;
    int from = one.upgraded ? 0 : upgrade(one, socket, to);
    if (one.upgraded) {
      from = FrameCutter.cut(bytes, from, to, (opcode, b, f, t) -> frame(one, opcode, f, t));
    }
    one.rest = from == to ? NONE : Arrays.copyOfRange(bytes, from, to);
  }

  private int upgrade(One one, SocketChannel socket, int to) throws IOException {
    int end = Upgrade.agreed(bytes, to);
    if (end == 0) {
      return 0;
    }
    one.upgraded = true;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    MaskedFrame.append(
        out,
        TEXT,
        "{\"t\":\"hello\",\"ref\":1,\"token\":\""
            + plan.tokens().apply(one.number)
            + "\",\"version\":1}");
    String lane = plan.presenceEveryMs() > 0 ? "event" : "presence";
    MaskedFrame.append(
        out,
        TEXT,
        "{\"t\":\"subscribe\",\"ref\":2,\"channel\":\""
            + plan.channels().apply(one.number)
            + "\",\"lanes\":[\""
            + lane
            + "\"]}");
    socket.write(ByteBuffer.wrap(out.toByteArray()));
    return end;
  }

  private void frame(One one, int opcode, int from, int to) {
    if (opcode == PING) {
      write(one, PONG, new String(bytes, from, to - from, StandardCharsets.US_ASCII));
    } else if (opcode == TEXT) {
      String text = new String(bytes, from, to - from, StandardCharsets.UTF_8);
      if (!one.live && text.startsWith("{\"t\":\"subscribed\"")) {
        one.live = true;
        shaking--;
        one.sayAt = 0;
        lost.set(one.number, 0);
        if (plan.presenceEveryMs() == 0) {
          here.compareAndSet(one.number, 0, System.nanoTime());
        }
      }
      listener.heard(one.number, text);
    }
  }

  private void speak(long now) {
    for (One one : all) {
      if (one.live && plan.presenceEveryMs() > 0 && now >= one.sayAt) {
        one.sayAt = now + TimeUnit.MILLISECONDS.toNanos(plan.presenceEveryMs());
        write(
            one,
            TEXT,
            "{\"t\":\"presence\",\"channel\":\""
                + plan.channels().apply(one.number)
                + "\",\"mode\":\"active\",\"data\":{}}");
        here.compareAndSet(one.number, 0, now);
      } else if (one.socket != null && !one.live && now >= one.shakenBy) {
        end(one);
      }
    }
  }

  private void write(One one, int opcode, String text) {
    SocketChannel socket = one.socket;
    try {
      if (socket != null) {
        socket.write(MaskedFrame.of(opcode, text));
      }
    } catch (IOException _) {
      end(one);
    }
  }

  @Override
  public void close() {
    closed = true;
    try {
      thread.join(TimeUnit.SECONDS.toMillis(5));
      for (One one : all) {
        if (one.socket != null) {
          one.socket.close();
        }
      }
      selector.close();
    } catch (IOException _) {
      // Nobody waits for it any more.
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
