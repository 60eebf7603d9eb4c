package io.tailrace.load.bench;

import io.tailrace.standalone.cli.CommandException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * Many clients that come back at the same moment, each at the same place of the same channel, on
 * one thread. They obey what a refusal says about when to try again, and back off with full jitter
 * where nothing is said. Owned by the thread that calls {@link #run}.
 */
final class Storm implements AutoCloseable {
  private static final int READ_BYTES = 1 << 20;
  private static final int TROUBLES_MAX = 20;
  private static final long BACKOFF_MS_MAX = 1000;
  private static final long SELECT_MS = 20;

  /**
   * Who comes back, and to what.
   *
   * @param tokens one per client
   * @param after what each has
   * @param head what each is to have in the end
   * @param place epoch and chain at {@code after}, as members of the subscribe frame
   * @param headChain chain at {@code head}
   */
  record Plan(
      URI url,
      EventProbe probe,
      List<String> tokens,
      long after,
      long head,
      String place,
      String headChain) {}

  /** What happened, counted. */
  static final class Counts {
    int connects;
    int refused;
    int putOff;
    int behind;
    int lost;
    int catchUps;
    final Map<Integer, Integer> closes = new TreeMap<>();
    long events;
    long bytes;
  }

  private record Due(long atNanos, Runnable what) {}

  private final InetSocketAddress address;
  private final Selector selector;
  private final List<StormClient> clients = new ArrayList<>();
  private final PriorityQueue<Due> timers =
      new PriorityQueue<>(Comparator.comparingLong(Due::atNanos));
  private final byte[] bytes = new byte[READ_BYTES];
  private final List<String> troubles = new ArrayList<>();
  private final Counts counts = new Counts();
  private final Histogram exactAfter = Latencies.histogram();
  private final Random random = new Random(1);
  private long startNanos;
  private int exact;
  private int troubleCount;

  Storm(Plan plan) throws IOException {
    this.address = new InetSocketAddress(plan.url().getHost(), plan.url().getPort());
    this.selector = Selector.open();
    for (String token : plan.tokens()) {
      clients.add(new StormClient(this, plan, token));
    }
  }

  /** Lets all connect at once; returns when each is exact, or after {@code withinNanos}. */
  void run(long withinNanos) throws IOException {
    startNanos = System.nanoTime();
    for (StormClient client : clients) {
      client.connect();
    }
    while (exact < clients.size() && System.nanoTime() - startNanos < withinNanos) {
      selector.select(this::ready, SELECT_MS);
      runTimers();
    }
  }

  private void ready(SelectionKey key) {
    StormClient client = (StormClient) key.attachment();
    try {
      if (key.isConnectable()) {
        client.connected();
      } else {
        client.read(bytes);
      }
    } catch (IOException e) {
      client.lost(String.valueOf(e.getMessage()));
    }
  }

  private void runTimers() {
    long now = System.nanoTime();
    Due due;
    while ((due = timers.peek()) != null && due.atNanos() <= now) {
      timers.poll();
      due.what().run();
    }
  }

  /** Opens a socket for a client, whose end of the handshake is told to it. */
  SocketChannel open(StormClient client) throws IOException {
    SocketChannel socket = SocketChannel.open();
    socket.configureBlocking(false);
    socket.setOption(java.net.StandardSocketOptions.TCP_NODELAY, true);
    counts.connects++;
    if (socket.connect(address)) {
      throw new IOException("a connect that does not block has ended at once");
    }
    socket.register(selector, SelectionKey.OP_CONNECT, client);
    return socket;
  }

  void readFrom(SocketChannel socket, StormClient client) throws ClosedChannelException {
    socket.register(selector, SelectionKey.OP_READ, client);
  }

  /** Does something later; a negative time is one that nobody has told: full jitter. */
  void later(long ms, Runnable what) {
    long wait = ms < 0 ? random.nextLong(BACKOFF_MS_MAX) : ms;
    timers.add(new Due(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(wait), what));
  }

  Counts counts() {
    return counts;
  }

  void isExact() {
    exact++;
    Latencies.record(exactAfter, System.nanoTime() - startNanos);
  }

  void trouble(String what) {
    troubleCount++;
    if (troubles.size() < TROUBLES_MAX) {
      troubles.add(what);
    }
  }

  /** From the beginning until each client was exact. */
  Histogram exactAfter() {
    return exactAfter;
  }

  /** What is missing, in lines for people; empty where all are exact. */
  List<String> missing() {
    List<String> lines = new ArrayList<>();
    if (exact < clients.size()) {
      lines.add(clients.size() - exact + " of " + clients.size() + " clients are not exact");
    }
    if (troubleCount > 0) {
      lines.add(troubleCount + " unexpected frames or ends, among them:");
      lines.addAll(troubles);
    }
    if (exactAfter.getTotalCount() == 0) {
      throw new CommandException("No client became exact: " + String.join("; ", lines));
    }
    return lines;
  }

  @Override
  public void close() throws IOException {
    for (StormClient client : clients) {
      client.close();
    }
    selector.close();
  }
}
