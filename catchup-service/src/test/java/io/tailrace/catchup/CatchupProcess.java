package io.tailrace.catchup;

import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The catch-up service as a process of its own, which can be killed. */
final class CatchupProcess implements AutoCloseable {
  private final Process process;
  private final int port;

  private CatchupProcess(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  /** With one standby of every partition, and a small heap. */
  static CatchupProcess start(String bootstrap, int partitions, Path keys, Path state)
      throws IOException {
    int port = freePort();
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
    command.addAll(
        List.of(
            "--http.port=" + port,
            "--kafka.bootstrap=" + bootstrap,
            "--kafka.partitions=" + partitions,
            "--kafka.replication=1",
            "--keys.file=" + keys,
            "--service.key=" + RunningCatchup.SERVICE_KEY,
            "--state.dir=" + state,
            "--catchup.advertised=127.0.0.1:" + port,
            "--catchup.standbys=1"));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(new File("/dev/null"))
            .start();
    return new CatchupProcess(process, port);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  int port() {
    return port;
  }

  boolean isAlive() {
    return process.isAlive();
  }

  int exitValue() {
    return process.exitValue();
  }

  /** Kills it, without any word. */
  @Override
  public void close() {
    process.destroyForcibly();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
