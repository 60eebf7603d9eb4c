package io.tailrace.relay;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The relay as a process of its own, which can be killed. */
final class RelayProcess implements AutoCloseable {
  private final Process process;
  private final Path output;

  RelayProcess(RelayConfig config, String... more) throws IOException {
    output = Files.createTempFile("relay", ".log");
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "--http.port=0",
                "--database.url=" + config.databaseUrl(),
                "--database.user=" + config.databaseUser(),
                "--database.password=" + config.databasePassword(),
                "--kafka.bootstrap=" + config.kafkaBootstrap()));
    command.addAll(List.of(more));
    process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
  }

  long pid() {
    return process.pid();
  }

  /** As kill -9 does. */
  void kill() {
    process.destroyForcibly().onExit().join();
  }

  /** The exit code once it has ended by itself; fails after some minutes. */
  int awaitExit() throws InterruptedException {
    if (!process.waitFor(3, TimeUnit.MINUTES)) {
      throw new AssertionError("the relay still runs: " + output());
    }
    return process.exitValue();
  }

  String output() {
    try {
      return Files.readString(output);
    } catch (IOException e) {
      return e.toString();
    }
  }

  @Override
  public void close() throws IOException {
    kill();
    Files.deleteIfExists(output);
  }
}
