package io.tailrace.sequencer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The sequencer as a process of its own, as a user starts it. */
final class SequencerChild implements AutoCloseable {
  private final Process process;
  private final Path output;

  private SequencerChild(Process process, Path output) {
    this.process = process;
    this.output = output;
  }

  /**
   * Starts.
   *
   * @param folder of its state and output; its last name is the process's in the group
   * @param more settings
   */
  static SequencerChild start(String bootstrap, int partitions, Path folder, String... more)
      throws IOException {
    Files.createDirectories(folder);
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "--http.port=0",
                "--kafka.bootstrap=" + bootstrap,
                "--kafka.partitions=" + partitions,
                "--kafka.replication=1",
                "--state.dir=" + folder.resolve("state"),
                "--sequencer.instance=" + folder.getFileName()));
    command.addAll(List.of(more));
    Path output = folder.resolve("output");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    return new SequencerChild(process, output);
  }

  /** SIGKILL. */
  void kill() {
    process.destroyForcibly();
    awaitEnd();
  }

  /** SIGTERM. */
  void stop() {
    process.destroy();
    awaitEnd();
  }

  /** Its exit code, once it has ended. */
  int awaitEnd() {
    try {
      if (!process.waitFor(3, TimeUnit.MINUTES)) {
        throw new AssertionError("still running: " + output());
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** All that it has said. */
  String output() {
    try {
      return Files.readString(output);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
