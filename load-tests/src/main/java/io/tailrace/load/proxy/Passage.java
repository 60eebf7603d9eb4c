package io.tailrace.load.proxy;

import io.tailrace.load.proxy.Trigger.Side;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One connection through the proxy: two threads carry bytes until its fault or either side ends it.
 */
final class Passage {
  private static final int CHUNK = 16 << 10;
  private static final int COLLECTED_MAX = 512 << 10;

  private final Socket client;
  private final Socket server;
  private final Fault fault;
  private final @Nullable Moment moment;
  private final FaultCounts counts;
  private final Gate gate;
  private final Moment subscribe = new Moment(Trigger.SUBSCRIBED, 0);
  private final Moment drain = new Moment(Trigger.DRAIN, 0);
  private final CountDownLatch over = new CountDownLatch(1);
  private volatile boolean subscribed;
  private volatile boolean drained;
  private volatile boolean still;

  Passage(Socket client, Socket server, Fault fault, FaultCounts counts, Gate gate) {
    this.client = client;
    this.server = server;
    this.fault = fault;
    this.counts = counts;
    this.gate = gate;
    this.moment =
        switch (fault) {
          case Fault.Cut(Trigger trigger, long bytes, boolean _) -> new Moment(trigger, bytes);
          case Fault.HalfOpen(Trigger trigger, long bytes, long _) -> new Moment(trigger, bytes);
          case Fault.None _, Fault.Buffer _, Fault.Delay _ -> null;
        };
    if (moment == null && !(fault instanceof Fault.None)) {
      counts.count(fault);
    }
  }

  /**
   * Carries until the end.
   *
   * @param first what the client has said already
   */
  void run(byte[] first) throws InterruptedException {
    var toClient =
        Thread.ofVirtual().name("to client").start(() -> carry(Side.SERVER, server, client));
    try {
      pass(Side.CLIENT, first, first.length, server.getOutputStream());
    } catch (IOException _) {
      cut(false);
    }
    carry(Side.CLIENT, client, server);
    toClient.join();
  }

  private void carry(Side from, Socket source, Socket sink) {
    try {
      var in = source.getInputStream();
      var out = sink.getOutputStream();
      boolean collects = from == Side.SERVER && fault instanceof Fault.Buffer;
      var chunk = new byte[collects ? COLLECTED_MAX : CHUNK];
      int length = collects ? collect(source, in, chunk) : in.read(chunk);
      while (length >= 0) {
        pass(from, chunk, length, out);
        length = collects ? collect(source, in, chunk) : in.read(chunk);
      }
      sink.shutdownOutput();
    } catch (IOException _) {
      cut(false);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      cut(false);
    }
  }

  private void pass(Side from, byte[] chunk, int length, OutputStream out)
      throws IOException, InterruptedException {
    gate.await();
    if (fault instanceof Fault.Delay(long ms)) {
      TimeUnit.MILLISECONDS.sleep(ms);
    }
    if (still) {
      over.await();
    }
    if (!subscribed && subscribe.within(from, chunk, length) >= 0) {
      subscribed = true;
    }
    if (!drained && drain.within(from, chunk, length) >= 0) {
      drained = true;
    }
    int before = moment == null ? -1 : moment.within(from, chunk, length);
    out.write(chunk, 0, before < 0 ? length : before);
    if (before >= 0) {
      strike();
    }
  }

  private void strike() throws InterruptedException {
    counts.count(fault);
    switch (fault) {
      case Fault.Cut(Trigger _, long _, boolean reset) -> cut(reset);
      case Fault.HalfOpen(Trigger _, long _, long ms) -> {
        still = true;
        if (!gate.isCalm()) {
          over.await(ms, TimeUnit.MILLISECONDS);
        }
        cut(true);
      }
      case Fault.None _, Fault.Buffer _, Fault.Delay _ ->
          throw new IllegalStateException("this fault has no moment: " + fault);
    }
  }

  /** As much as comes in the fault's time after the first byte, or as fits. */
  private int collect(Socket source, InputStream in, byte[] chunk) throws IOException {
    int length = in.read(chunk);
    if (length < 0 || !(fault instanceof Fault.Buffer(long ms))) {
      return length;
    }
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ms);
    try {
      while (length < chunk.length) {
        long leftMs = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        if (leftMs <= 0) {
          break;
        }
        source.setSoTimeout((int) leftMs);
        int more = in.read(chunk, length, chunk.length - length);
        if (more < 0) {
          break;
        }
        length += more;
      }
    } catch (SocketTimeoutException _) {
      // It has collected long enough.
    }
    source.setSoTimeout(0);
    return length;
  }

  /** Whether the client has got what it came for. */
  boolean isSubscribed() {
    return subscribed;
  }

  /** Whether the server has said that it leaves. */
  boolean isDrained() {
    return drained;
  }

  /** Whether it stands still. */
  boolean isStill() {
    return still;
  }

  /** Ends both sides. */
  void cut(boolean reset) {
    over.countDown();
    for (var socket : new Socket[] {client, server}) {
      try {
        if (reset) {
          socket.setSoLinger(true, 0);
        }
        socket.close();
      } catch (IOException _) {
        // It was to be dead, and is.
      }
    }
  }
}
