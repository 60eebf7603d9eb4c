package io.tailrace.standalone.launch;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A proxy that answers the upgrade to WebSocket with 403, as some in offices and hotels do, until
 * it is told not to.
 */
final class PickyProxy implements Closeable {
  private static final byte[] REFUSAL =
      "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
          .getBytes(StandardCharsets.US_ASCII);

  private final ServerSocket server;
  private final int behind;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private volatile boolean picky = true;

  PickyProxy(int behind) throws IOException {
    this.behind = behind;
    this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.startVirtualThread(this::accept);
  }

  int port() {
    return server.getLocalPort();
  }

  void letWebSocketsThrough() {
    picky = false;
  }

  private void accept() {
    try {
      while (true) {
        Socket client = server.accept();
        open.add(client);
        Thread.startVirtualThread(() -> serve(client));
      }
    } catch (IOException _) {
      // closed
    }
  }

  private void serve(Socket client) {
    try (client;
        Socket to = new Socket(InetAddress.getLoopbackAddress(), behind)) {
      open.add(to);
      byte[] head = head(client.getInputStream());
      String text = new String(head, StandardCharsets.US_ASCII).toLowerCase(Locale.ROOT);
      if (picky && text.contains("upgrade: websocket")) {
        client.getOutputStream().write(REFUSAL);
        return;
      }
      to.getOutputStream().write(head);
      Thread back = Thread.startVirtualThread(() -> pass(to, client));
      pass(client, to);
      back.join();
    } catch (IOException _) {
      // one of them has gone
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /** The first request's head; what follows on the connection is passed on unread. */
  private static byte[] head(InputStream in) throws IOException {
    var head = new java.io.ByteArrayOutputStream();
    while (!head.toString(StandardCharsets.US_ASCII).endsWith("\r\n\r\n")) {
      int b = in.read();
      if (b < 0) {
        throw new IOException("ended within the head");
      }
      head.write(b);
    }
    return head.toByteArray();
  }

  private static void pass(Socket from, Socket to) {
    try {
      OutputStream out = to.getOutputStream();
      byte[] buffer = new byte[8192];
      for (int n; (n = from.getInputStream().read(buffer)) >= 0; ) {
        out.write(buffer, 0, n);
        out.flush();
      }
    } catch (IOException _) {
      // the other direction notices too
    }
    for (Socket each : new Socket[] {from, to}) {
      try {
        each.close();
      } catch (IOException _) {
        // closed already
      }
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    for (Socket each : open) {
      each.close();
    }
  }
}
