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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Sockets that say hello, subscribe to one channel and then only answer pings: every other one to a
 * room that all share, the rest each to one of its own. One thread opens, another one reads.
 */
final class IdleClients implements AutoCloseable {
  /** A source address has some 28,000 ports of its own. */
  private static final int PER_ADDRESS = 25_000;

  /** Below the rate at which a gateway of two cores puts handshakes off. */
  private static final int OPEN_PER_SECOND = 2_000;

  private static final int SHAKING_MAX = 500;
  private static final int READ_BYTES = 1 << 16;
  private static final long READY_WITHIN_NANOS = TimeUnit.SECONDS.toNanos(90);
  private static final int TEXT = 1;
  private static final int CLOSE = 8;
  private static final int PING = 9;
  private static final int PONG = 10;
  private static final byte[] NONE = {};

  private final URI url;
  private final List<String> tokens;
  private final String run;
  private final Selector selector = Selector.open();
  private final List<SocketChannel> sockets = new ArrayList<>();
  private final ByteBuffer bytes = ByteBuffer.allocate(READ_BYTES);
  private final AtomicInteger ready = new AtomicInteger();
  private final AtomicReference<String> trouble = new AtomicReference<>("");
  private final Thread thread = Thread.ofPlatform().name("idle").unstarted(this::read);
  private volatile boolean closed;

  /** One socket; owned by the reading thread once it is registered. */
  private final class Client {
    private final SocketChannel socket;
    private final int number;
    private boolean upgraded;
    private byte[] rest = NONE;

    Client(SocketChannel socket, int number) {
      this.socket = socket;
      this.number = number;
    }

    void read() throws IOException {
      bytes.clear().put(rest);
      if (socket.read(bytes) < 0) {
        throw new EOFException("the server ended the connection");
      }
      int to = bytes.position();
      int from = upgraded ? 0 : upgrade(to);
      if (upgraded) {
        from = FrameCutter.cut(bytes.array(), from, to, this::frame);
      }
      rest = from == to ? NONE : Arrays.copyOfRange(bytes.array(), from, to);
    }

    private int upgrade(int to) throws IOException {
      int end = Upgrade.agreed(bytes.array(), to);
      if (end == 0) {
        return 0;
      }
      upgraded = true;
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      MaskedFrame.append(
          out,
          TEXT,
          "{\"t\":\"hello\",\"ref\":1,\"token\":\""
              + tokens.get(number)
              + "\",\"device\":\"bench\",\"version\":1}");
      MaskedFrame.append(
          out,
          TEXT,
          "{\"t\":\"subscribe\",\"ref\":2,\"channel\":\"chat:bench-"
              + run
              + (number % 2 == 0 ? "-000" : "-own" + number)
              + "\",\"after\":0}");
      socket.write(ByteBuffer.wrap(out.toByteArray()));
      return end;
    }

    private void frame(int opcode, byte[] all, int from, int to) {
      String text = new String(all, from, to - from, StandardCharsets.UTF_8);
      if (opcode == PING) {
        pong(text);
      } else if (opcode == CLOSE || text.startsWith("{\"t\":\"error\"")) {
        trouble.compareAndSet("", text);
      } else if (text.startsWith("{\"t\":\"subscribed\"")) {
        ready.incrementAndGet();
      }
    }

    private void pong(String text) {
      try {
        socket.write(MaskedFrame.of(PONG, text));
      } catch (IOException e) {
        trouble.compareAndSet("", "a ping could not be answered: " + e.getMessage());
      }
    }
  }

  /** As many at most as there are tokens; each is a user of its own. */
  IdleClients(URI url, List<String> tokens, String run) throws IOException {
    this.url = url;
    this.tokens = List.copyOf(tokens);
    this.run = run;
    thread.start();
  }

  /**
   * Opens more until there are so many, and returns when all have been answered {@code subscribed}.
   *
   * @throws CommandException where one is refused or that takes too long
   */
  void open(int count) throws IOException, InterruptedException {
    InetSocketAddress address = new InetSocketAddress(url.getHost(), url.getPort());
    long until = System.nanoTime() + READY_WITHIN_NANOS;
    OpenLoop pace = new OpenLoop(System.nanoTime(), OPEN_PER_SECOND);
    int first = sockets.size();
    while (sockets.size() < count) {
      int number = sockets.size();
      OpenLoop.awaitNanos(pace.due(number - first));
      while (number - ready.get() >= SHAKING_MAX) {
        awaitMore(until);
      }
      SocketChannel socket = SocketChannel.open();
      sockets.add(socket);
      socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
      if (number >= PER_ADDRESS) {
        socket.bind(new InetSocketAddress("127.0.0." + (1 + number / PER_ADDRESS), 0));
      }
      socket.connect(address);
      socket.write(Upgrade.request(url.getAuthority()));
      socket.configureBlocking(false);
      socket.register(selector, SelectionKey.OP_READ, new Client(socket, number));
      selector.wakeup();
    }
    while (ready.get() < count) {
      awaitMore(until);
    }
  }

  private void awaitMore(long until) throws InterruptedException {
    if (!trouble.get().isEmpty()) {
      throw new CommandException("A client was refused: " + trouble.get());
    }
    if (System.nanoTime() > until) {
      throw new CommandException(
          ready.get() + " of " + sockets.size() + " clients got an answer in time");
    }
    Thread.sleep(2);
  }

  private void read() {
    try {
      while (!closed) {
        selector.select(this::read, 200);
      }
    } catch (IOException e) {
      trouble.compareAndSet("", "reading stopped: " + e);
    }
  }

  private void read(SelectionKey key) {
    try {
      ((Client) key.attachment()).read();
    } catch (IOException e) {
      key.cancel();
      trouble.compareAndSet("", String.valueOf(e.getMessage()));
    }
  }

  /** What went wrong first; empty where nothing did. */
  String trouble() {
    return trouble.get();
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
