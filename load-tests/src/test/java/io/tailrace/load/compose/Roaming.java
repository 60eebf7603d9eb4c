package io.tailrace.load.compose;

import io.tailrace.load.target.Target;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The network of a client that travels: one address that leads to one region, then to the other.
 * Safe for all threads; each connection has two of its own.
 */
final class Roaming implements AutoCloseable {
  private static final int BUFFER_BYTES = 16 << 10;

  private final Target target;
  private final ServerSocket listener;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private volatile URI region;

  private Roaming(Target target, ServerSocket listener) {
    this.target = target;
    this.listener = listener;
    this.region = target.gateway();
  }

  /** It leads to this system first. */
  static Roaming start(Target target) throws IOException {
    var roaming = new Roaming(target, new ServerSocket(0, 0, InetAddress.getLoopbackAddress()));
    Thread.ofVirtual().name("roaming").start(roaming::accept);
    return roaming;
  }

  /** The system as the traveller sees it. */
  Target target() {
    return target.behind(URI.create("http://127.0.0.1:" + listener.getLocalPort()));
  }

  /** Connections end; new ones lead there. */
  void moveTo(URI other) throws IOException {
    region = other;
    for (var socket : open) {
      socket.close();
    }
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        var client = listener.accept();
        Thread.ofVirtual().name("roams").start(() -> serve(client));
      } catch (IOException _) {
        // Closed, or one that was gone before it was accepted.
      }
    }
  }

  private void serve(Socket client) {
    var to = region;
    try (client;
        var server = new Socket(to.getHost(), to.getPort())) {
      open.add(client);
      open.add(server);
      if (!to.equals(region)) {
        return; // moved meanwhile, and may not have seen these two
      }
      var back = Thread.ofVirtual().name("roams back").start(() -> copy(server, client));
      copy(client, server);
      back.join();
    } catch (IOException _) {
      // The client sees a closed connection.
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } finally {
      open.remove(client);
    }
  }

  private void copy(Socket from, Socket to) {
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      var buffer = new byte[BUFFER_BYTES];
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        out.write(buffer, 0, read);
      }
    } catch (IOException _) {
      // One side has ended; both end.
    } finally {
      open.remove(from);
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    for (var socket : open) {
      socket.close();
    }
  }
}
