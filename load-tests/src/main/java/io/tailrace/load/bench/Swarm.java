package io.tailrace.load.bench;

import io.tailrace.schemas.event.Times;
import io.tailrace.standalone.cli.CommandException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Many WebSocket subscribers on one thread, cheap enough to stand beside the server that they
 * measure.
 */
final class Swarm implements AutoCloseable {
  private static final int READ_BYTES = 1 << 20;
  private static final int TROUBLES_MAX = 20;
  private static final int AT_ONCE = Integer.MAX_VALUE;
  private static final long TICK_MS = 100;
  private static final int SHAKING_MAX = 500;
  private static final long READY_WITHIN_NANOS = TimeUnit.SECONDS.toNanos(90);

  /**
   * Who subscribes to what.
   *
   * @param tokens by the subscriber's number
   * @param shared whether all subscribers read the same channels, else each has its own
   * @param sampleMask latencies are taken of events whose seq has none of these bits
   */
  record Plan(
      URI url,
      IntFunction<String> tokens,
      EventProbe probe,
      int sockets,
      int channelsEach,
      boolean shared,
      int sampleMask) {}

  private final Plan plan;
  private final int receiveBytes;
  private final Selector selector;
  private final List<Subscriber> subscribers = new ArrayList<>();
  private final List<SocketChannel> sockets = new ArrayList<>();
  private final byte[] bytes = new byte[READ_BYTES];
  private final Queue<String> troubles = new ConcurrentLinkedQueue<>();
  private final AtomicInteger behind = new AtomicInteger();
  private final AtomicInteger troubleCount = new AtomicInteger();
  private final Histogram fromSchedule = Latencies.histogram();
  private final Histogram fromCommit = Latencies.histogram();
  private final Thread thread = Thread.ofPlatform().name("swarm").unstarted(this::run);
  private long readAt;
  private final AtomicInteger ready = new AtomicInteger();
  private final AtomicLong delivered = new AtomicLong();
  private final AtomicLong ephemeral = new AtomicLong();
  private volatile long recordFrom = Long.MAX_VALUE;
  private volatile @Nullable Stalls stalls;
  private volatile @Nullable String firstFrame;
  private volatile int bytesPerTick = AT_ONCE;
  private volatile boolean closed;

  private Swarm(Plan plan, int receiveBytes) throws IOException {
    this.plan = plan;
    this.receiveBytes = receiveBytes;
    this.selector = Selector.open();
  }

  /**
   * Connects everybody and returns when all have been answered {@code subscribed}.
   *
   * @throws CommandException where that takes too long or one is refused
   */
  static Swarm subscribed(Plan plan) throws InterruptedException {
    return subscribed(plan, 0);
  }

  /**
   * The same.
   *
   * @param receiveBytes the system's buffer of a socket, 0 for what it chooses
   */
  static Swarm subscribed(Plan plan, int receiveBytes) throws InterruptedException {
    try {
      Swarm swarm = new Swarm(plan, receiveBytes);
      try {
        swarm.thread.start();
        swarm.connectAll();
        return swarm;
      } catch (IOException | RuntimeException | InterruptedException e) {
        swarm.close();
        throw e;
      }
    } catch (IOException e) {
      throw new CommandException(
          "The subscribers cannot connect ("
              + e.getMessage()
              + "); more than ulimit -n sockets need a higher limit, here and at the server.",
          e);
    }
  }

  private void connectAll() throws IOException, InterruptedException {
    InetSocketAddress address = new InetSocketAddress(plan.url().getHost(), plan.url().getPort());
    long until = System.nanoTime() + READY_WITHIN_NANOS;
    for (int n = 0; n < plan.sockets(); n++) {
      while (n - ready.get() >= SHAKING_MAX) {
        awaitMore(until);
      }
      SocketChannel socket = SocketChannel.open();
      socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
      if (receiveBytes > 0) {
        socket.setOption(StandardSocketOptions.SO_RCVBUF, receiveBytes);
      }
      socket.connect(address);
      socket.configureBlocking(false);
      Subscriber subscriber =
          new Subscriber(
              socket,
              this,
              plan,
              plan.tokens().apply(n),
              plan.shared() ? 0 : n * plan.channelsEach());
      sockets.add(socket);
      subscribers.add(subscriber);
      socket.register(selector, SelectionKey.OP_READ, subscriber);
      subscriber.connected(plan.url().getAuthority());
      selector.wakeup();
    }
    while (ready.get() < plan.sockets()) {
      awaitMore(until);
    }
  }

  private void awaitMore(long until) throws InterruptedException {
    if (troubleCount.get() > 0) {
      throw new CommandException("A subscriber was refused: " + troubles.peek());
    }
    if (System.nanoTime() > until) {
      throw new CommandException(
          ready.get() + " of " + plan.sockets() + " subscribers got an answer in time");
    }
    Thread.sleep(2);
  }

  private void run() {
    try {
      while (!closed) {
        if (bytesPerTick == AT_ONCE) {
          selector.select(this::read, 200);
        } else {
          Thread.sleep(TICK_MS);
          selector.selectNow();
          selector.keys().forEach(this::read);
        }
      }
    } catch (IOException e) {
      trouble("reading stopped: " + e);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void read(SelectionKey key) {
    readAt = System.nanoTime();
    try {
      int most = bytesPerTick;
      if (most > 0 && key.isValid()) {
        var _ = ((Subscriber) key.attachment()).read(bytes, most);
      }
    } catch (IOException e) {
      key.cancel();
      trouble(String.valueOf(e.getMessage()));
    }
  }

  /** On the swarm's thread. */
  void delivered(int channel, long seq, byte[] bytes, int from, int to) {
    delivered.setRelease(delivered.getPlain() + 1); // one thread writes
    if (seq == 1 && firstFrame == null) {
      firstFrame = new String(bytes, from, to - from, StandardCharsets.UTF_8);
    }
    Stalls watching = stalls;
    if (watching != null) {
      watching.delivered(channel, EventProbe.dueOf(bytes, to), sinceCommit(bytes, from, to));
    }
    if ((seq & plan.sampleMask()) == 0) {
      long due = EventProbe.dueOf(bytes, to);
      if (due >= recordFrom) {
        now(due, bytes, from, to);
      }
    }
  }

  private void now(long due, byte[] bytes, int from, int to) {
    Latencies.record(fromSchedule, readAt - due);
    if (plan.sampleMask() == 0) {
      Latencies.record(fromCommit, sinceCommit(bytes, from, to));
    }
  }

  private static long sinceCommit(byte[] bytes, int from, int to) {
    long commit = Times.parseMicros(EventProbe.timeOf(bytes, from, to));
    var wall = Clock.systemUTC().instant();
    long micros = wall.getEpochSecond() * 1_000_000 + wall.getNano() / 1_000;
    return Math.max(0, (micros - commit) * 1_000);
  }

  /** From now on each socket reads so much a second; 0 for nothing. */
  void readOnly(int bytesPerSecond) {
    bytesPerTick = (int) (bytesPerSecond * TICK_MS / 1000);
    selector.wakeup();
  }

  /** From now on everything is read as it comes. */
  void readAtOnce() {
    bytesPerTick = AT_ONCE;
  }

  /** Sends a message on one socket. Any thread. */
  void say(int subscriber, String text) {
    subscribers.get(subscriber).say(text);
  }

  /** What subscribers were last told that was shed for them, all together, by lane. */
  Map<String, Long> shed() {
    Map<String, Long> all = new TreeMap<>();
    for (Subscriber subscriber : subscribers) {
      subscriber.shed().forEach((lane, count) -> all.merge(lane, count, Long::sum));
    }
    return all;
  }

  /** How many have been told that something was shed for them, and not yet that it is over. */
  long degraded() {
    return subscribers.stream().filter(Subscriber::isDegraded).count();
  }

  /** Frames below events that were read. */
  long ephemeralRead() {
    return ephemeral.get();
  }

  /** On the swarm's thread. */
  void ephemeral() {
    ephemeral.setRelease(ephemeral.getPlain() + 1);
  }

  /** Every event from now on is told there too. */
  void watch(Stalls watching) {
    stalls = watching;
  }

  /** On the swarm's thread. */
  void subscriberReady() {
    ready.incrementAndGet();
  }

  void fellBehind() {
    behind.incrementAndGet();
  }

  void trouble(String what) {
    if (troubleCount.incrementAndGet() <= TROUBLES_MAX) {
      troubles.add(what);
    }
  }

  /** Latencies count for events that are due from now on. */
  void recordFrom(long nanos) {
    recordFrom = nanos;
  }

  /**
   * How often a subscription had ended, because its reader was too slow, and was taken up again.
   */
  int behind() {
    return behind.get();
  }

  /** How many subscribers. */
  int size() {
    return plan.sockets();
  }

  long delivered() {
    return delivered.get();
  }

  /** Waits until everything has come, or until {@code within} has passed without anything new. */
  void await(long expected, long withinNanos) {
    long before = -1;
    long moved = System.nanoTime();
    while (delivered.get() < expected && System.nanoTime() - moved < withinNanos) {
      if (delivered.get() != before) {
        before = delivered.get();
        moved = System.nanoTime();
      }
      LockSupport.parkNanos(1_000_000);
    }
  }

  /**
   * What is missing or went wrong, in lines for people; empty where every subscriber has every
   * event.
   *
   * @param heads the last seq of each channel by number
   */
  List<String> missing(long[] heads) {
    List<String> lines = new ArrayList<>();
    int lacking = 0;
    long events = 0;
    for (Subscriber subscriber : subscribers) {
      long lacks = 0;
      for (int i = 0; i < subscriber.last().length; i++) {
        lacks += Math.max(0, heads[subscriber.firstChannel() + i] - subscriber.last()[i]);
      }
      events += lacks;
      lacking += lacks > 0 ? 1 : 0;
    }
    if (lacking > 0) {
      lines.add(lacking + " of " + subscribers.size() + " subscribers lack " + events + " events");
    }
    if (troubleCount.get() > 0) {
      lines.add(troubleCount.get() + " unexpected frames or ends, among them:");
      lines.addAll(troubles);
    }
    return lines;
  }

  /** The first event's frame as one of the subscribers got it; null before. */
  @Nullable String firstFrame() {
    return firstFrame;
  }

  Histogram fromSchedule() {
    return fromSchedule;
  }

  Histogram fromCommit() {
    return fromCommit;
  }

  @Override
  public void close() {
    closed = true;
    selector.wakeup();
    try {
      thread.join(TimeUnit.SECONDS.toMillis(2));
      for (SocketChannel socket : sockets) {
        socket.close();
      }
      selector.close();
    } catch (IOException _) {
      // Nobody waits for it any more.
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
