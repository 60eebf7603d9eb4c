package io.tailrace.load.proxy;

import io.tailrace.load.target.Target;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * One address in front of all services of a system, as a reverse proxy gives it, which chooses the
 * service by the first request of a connection and does to the connection what a plan says.
 */
public final class FaultProxy implements AutoCloseable {
  public static final int CONNECTIONS_MAX = 64;

  private static final int BACKLOG = 64;
  private static final int CONNECT_MS = 5_000;
  private static final int LINE_MAX = 16 << 10;

  private final Supplier<Target> target;
  private final FaultPlan plan;
  private final FaultCounts counts;
  private final ServerSocket listener;
  private final Gate gate = new Gate();
  private final Set<Passage> passages = ConcurrentHashMap.newKeySet();

  private FaultProxy(
      Supplier<Target> target, FaultPlan plan, FaultCounts counts, ServerSocket listener) {
    this.target = target;
    this.plan = plan;
    this.counts = counts;
    this.listener = listener;
  }

  /**
   * Begins to listen, on a free port of this machine.
   *
   * @throws IOException if there is none
   */
  public static FaultProxy start(Target target, FaultPlan plan, FaultCounts counts)
      throws IOException {
    return start(() -> target, plan, counts);
  }

  /**
   * The same.
   *
   * @param target asked for at each connection
   */
  public static FaultProxy start(Supplier<Target> target, FaultPlan plan, FaultCounts counts)
      throws IOException {
    var listener = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());
    var proxy = new FaultProxy(target, plan, counts, listener);
    Thread.ofVirtual().name("fault proxy").start(proxy::accept);
    return proxy;
  }

  /** The system as it looks from behind this proxy. */
  public Target target() {
    var here =
        URI.create(
            "http://%s:%d"
                .formatted(listener.getInetAddress().getHostAddress(), listener.getLocalPort()));
    return target.get().behind(here);
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        var client = listener.accept();
        if (passages.size() < CONNECTIONS_MAX) {
          Thread.ofVirtual().name("to server").start(() -> serve(client));
        } else {
          client.close();
        }
      } catch (IOException _) {
        // One client was gone before it was accepted, or the listener was closed.
      }
    }
  }

  private void serve(Socket client) {
    try (client;
        var server = new Socket()) {
      client.setTcpNoDelay(true);
      server.setTcpNoDelay(true);
      var first = firstLine(client);
      var request = new String(first, StandardCharsets.ISO_8859_1);
      var service = service(request);
      server.connect(new InetSocketAddress(service.getHost(), service.getPort()), CONNECT_MS);
      var passage = new Passage(client, server, faultFor(isLive(request)), counts, gate);
      passages.add(passage);
      try {
        passage.run(first);
      } finally {
        passages.remove(passage);
        if (passage.isSubscribed()) {
          counts.count(passage.isDrained() ? FaultCounts.DRAINED : FaultCounts.UNTOLD);
        }
      }
    } catch (IOException _) {
      // The client sees a closed connection.
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized Fault faultFor(boolean isLive) {
    return gate.isCalm() ? new Fault.None() : plan.next(isLive);
  }

  private static boolean isLive(String request) {
    return request.startsWith("GET /v1/ws") || request.startsWith("GET /v1/sse");
  }

  private URI service(String request) {
    var now = target.get();
    if (isLive(request)) {
      return now.gateway();
    }
    return request.startsWith("GET ") ? now.history() : now.write();
  }

  /** What the client says until its first request line is there. */
  private static byte[] firstLine(Socket client) throws IOException {
    var said = new ByteArrayOutputStream();
    var in = client.getInputStream();
    var chunk = new byte[4 << 10];
    while (said.size() < LINE_MAX) {
      int length = in.read(chunk);
      if (length < 0) {
        throw new IOException("it ended before its first request");
      }
      said.write(chunk, 0, length);
      for (int i = 0; i < length; i++) {
        if (chunk[i] == '\n') {
          return said.toByteArray();
        }
      }
    }
    throw new IOException("a request line longer than " + LINE_MAX + " bytes");
  }

  /** Ends all connections at once with resets; true if there was one. */
  public boolean cut() {
    var open = Set.copyOf(passages);
    open.forEach(passage -> passage.cut(true));
    return !open.isEmpty();
  }

  /** Lets nothing pass for this long; both sides' queues fill. */
  public void still(long ms) {
    gate.still(ms);
  }

  /** From now on connections are left alone, and what stands still is found out. */
  public void calm() {
    gate.calm();
    passages.stream().filter(Passage::isStill).forEach(passage -> passage.cut(true));
  }

  @Override
  public void close() {
    try {
      listener.close();
    } catch (IOException _) {
      // Nothing is left to do with it.
    }
    passages.forEach(passage -> passage.cut(false));
  }
}
