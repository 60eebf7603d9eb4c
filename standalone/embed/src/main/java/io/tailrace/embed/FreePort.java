package io.tailrace.embed;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;

/**
 * Picks ports. Another process may take a free one before it is used: the start then fails and says
 * so.
 */
final class FreePort {
  private FreePort() {}

  /** The port itself, or a free one for 0. */
  static int of(int wanted) {
    if (wanted != 0) {
      return wanted;
    }
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new EmbedException("No free port on the loopback interface: " + e, e);
    }
  }
}
