package io.tailrace.load.bench;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/** One keep-alive connection with at most one request under way. */
final class HttpLane {
  private static final int ANSWER_BYTES = 8192;

  private final SocketChannel socket;
  private final byte[] bytes = new byte[ANSWER_BYTES];
  private int filled;
  private long due;

  HttpLane(InetSocketAddress address, Selector selector) throws IOException {
    socket = SocketChannel.open();
    socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
    socket.connect(address);
    socket.configureBlocking(false);
    socket.register(selector, SelectionKey.OP_READ, this);
  }

  /** Sends; a request is far smaller than an empty socket buffer, so it goes out whole. */
  void send(byte[] request, long dueNanos) throws IOException {
    due = dueNanos;
    filled = 0;
    ByteBuffer out = ByteBuffer.wrap(request);
    while (out.hasRemaining()) {
      socket.write(out);
    }
  }

  /** The answer once it is whole. */
  @Nullable ResponseHead receive() throws IOException {
    int got = socket.read(ByteBuffer.wrap(bytes, filled, bytes.length - filled));
    if (got < 0) {
      throw new EOFException("the server closed a connection");
    }
    filled += got;
    ResponseHead head = ResponseHead.of(bytes, filled);
    return head != null && filled >= head.bytes() ? head : null;
  }

  long due() {
    return due;
  }

  String text(int to) {
    return new String(bytes, 0, Math.min(to, filled), java.nio.charset.StandardCharsets.UTF_8);
  }

  void close() throws IOException {
    socket.close();
  }
}
