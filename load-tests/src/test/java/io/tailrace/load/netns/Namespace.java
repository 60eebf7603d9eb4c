package io.tailrace.load.netns;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * A network namespace that is joined to this one by a pair of virtual cables (veth). Packets are
 * dropped by letting each side send to a hardware address that is nobody's: the other kernel throws
 * them away, and neither sends a reset or an ICMP message.
 */
final class Namespace implements AutoCloseable {
  private static final String NOBODY = "02:00:00:00:00:01";
  private static final long COMMAND_SECONDS = 10;

  private final String name;
  private final String here;
  private final String there;
  private final String network;

  private Namespace(int number) {
    this.name = "tr-%06x".formatted(number);
    this.here = "trh%06x".formatted(number);
    this.there = "trn%06x".formatted(number);
    this.network = "10.231.%d.".formatted(number & 0xff);
  }

  /**
   * Makes one.
   *
   * @throws IOException if this machine or this user cannot; what was begun is removed
   */
  static Namespace open() throws IOException, InterruptedException {
    var namespace = new Namespace(ThreadLocalRandom.current().nextInt(1 << 24));
    try {
      namespace.make();
      return namespace;
    } catch (IOException e) {
      namespace.close();
      throw e;
    }
  }

  private void make() throws IOException, InterruptedException {
    ip("netns", "add", name);
    ip("link", "add", here, "type", "veth", "peer", "name", there);
    ip("link", "set", there, "netns", name);
    ip("addr", "add", network + "1/24", "dev", here);
    ip("link", "set", here, "up");
    ip("-n", name, "addr", "add", network + "2/24", "dev", there);
    ip("-n", name, "link", "set", there, "up");
  }

  /** Address of this side, at which the namespace reaches it. */
  String address() {
    return network + "1";
  }

  /** What runs a command inside. */
  List<String> within() {
    return List.of("ip", "netns", "exec", name);
  }

  /** From now on nothing arrives, in either direction. */
  void drop() throws IOException, InterruptedException {
    ip("neigh", "replace", network + "2", "lladdr", NOBODY, "dev", here, "nud", "permanent");
    ip(
        "-n",
        name,
        "neigh",
        "replace",
        network + "1",
        "lladdr",
        NOBODY,
        "dev",
        there,
        "nud",
        "permanent");
  }

  /** Everything arrives again. */
  void restore() throws IOException, InterruptedException {
    ip("neigh", "del", network + "2", "dev", here);
    ip("-n", name, "neigh", "del", network + "1", "dev", there);
  }

  private static void ip(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("ip"));
    command.addAll(List.of(arguments));
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(COMMAND_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
      process.destroyForcibly();
      throw new IOException(String.join(" ", command) + ": " + said.strip());
    }
  }

  @Override
  public void close() {
    for (var command : List.of(List.of("link", "del", here), List.of("netns", "del", name))) {
      try {
        ip(command.toArray(String[]::new));
      } catch (IOException _) {
        // It was not made, or is gone.
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
