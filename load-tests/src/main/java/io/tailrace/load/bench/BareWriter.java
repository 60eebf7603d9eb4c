package io.tailrace.load.bench;

import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The fastest that writes these bytes to these sockets from Java, to measure the product by: at
 * each moment all frames that are due stand in one buffer outside the heap, which goes to one
 * socket after the other in one write each. It has no queues and no protocol, reads nothing behind
 * the handshake, and waits for a socket that takes no more. A process of its own, which speaks with
 * its {@link WriterProcess} by lines.
 */
final class BareWriter {
  private static final int BATCH_BYTES = 1 << 18;
  private static final int HEAD_BYTES = 4096;
  private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  private static final String KEY = "Sec-WebSocket-Key: ";
  private static final byte[] SUBSCRIBED =
      WriterProcess.SUBSCRIBED.getBytes(StandardCharsets.US_ASCII);

  private final List<SocketChannel> sockets = new ArrayList<>();
  private final FrameParts parts;
  private final ByteBuffer due = ByteBuffer.allocateDirect(BATCH_BYTES);
  private long seq;

  private BareWriter(FrameParts parts) {
    this.parts = parts;
  }

  /** Takes the number of sockets and the parts of a frame. */
  public static void main(String[] arguments) throws IOException {
    BareWriter writer = new BareWriter(new FrameParts(arguments[1], arguments[2], arguments[3]));
    int count = Integer.parseInt(arguments[0]);
    ServerSocketChannel server = ServerSocketChannel.open();
    server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), count);
    CompletableFuture<Void> accepted = new CompletableFuture<>();
    Thread acceptor =
        Thread.ofPlatform()
            .daemon()
            .name("accept")
            .unstarted(() -> writer.accept(server, count, accepted));
    acceptor.start();
    say("port " + server.socket().getLocalPort());
    try (var orders =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII))) {
      for (String order = orders.readLine(); order != null; order = orders.readLine()) {
        accepted.join();
        say("made " + writer.run(WriterProcess.Order.of(order)));
      }
    }
  }

  private static void say(String line) {
    System.out.println(line);
    System.out.flush();
  }

  private void accept(ServerSocketChannel server, int count, CompletableFuture<Void> accepted) {
    try {
      while (sockets.size() < count) {
        SocketChannel socket = server.accept();
        socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
        shakeHands(socket);
        sockets.add(socket);
      }
      accepted.complete(null);
    } catch (IOException e) {
      accepted.completeExceptionally(e);
    }
  }

  private static void shakeHands(SocketChannel socket) throws IOException {
    ByteBuffer asked = ByteBuffer.allocate(HEAD_BYTES);
    String head = "";
    while (!head.contains("\r\n\r\n")) {
      if (socket.read(asked) < 0) {
        throw new EOFException("a client left before its handshake");
      }
      head = new String(asked.array(), 0, asked.position(), StandardCharsets.ISO_8859_1);
    }
    int key = head.indexOf(KEY) + KEY.length();
    ByteBuffer answer = ByteBuffer.allocate(HEAD_BYTES);
    answer.put(
        ("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Protocol: tailrace.v1.json\r\nSec-WebSocket-Accept: "
                + accept(head.substring(key, head.indexOf('\r', key)))
                + "\r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII));
    answer.put((byte) 0x81).put((byte) SUBSCRIBED.length).put(SUBSCRIBED).flip();
    socket.write(answer);
  }

  private static String accept(String key) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-1")
              .digest((key + GUID).getBytes(StandardCharsets.US_ASCII));
      return Base64.getEncoder().encodeToString(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private long run(WriterProcess.Order order) throws IOException {
    OpenLoop schedule = order.schedule();
    long made = 0;
    while (made < order.count()) {
      OpenLoop.awaitNanos(schedule.due(made));
      long now = System.nanoTime();
      if (now - schedule.due(made) > order.lateNanosMax()) {
        return made;
      }
      due.clear();
      while (made < order.count()
          && schedule.due(made) <= now
          && due.remaining() >= parts.bytesMax()) {
        parts.put(due, ++seq, schedule.due(made++));
      }
      due.flip();
      for (SocketChannel socket : sockets) {
        due.rewind();
        while (due.hasRemaining()) {
          socket.write(due); // blocking: waits until it has taken all
        }
      }
    }
    return made;
  }
}
