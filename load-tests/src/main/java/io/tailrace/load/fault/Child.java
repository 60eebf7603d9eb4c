package io.tailrace.load.fault;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One command of this command line as a process of its own, which can be killed and started again.
 * One thread at a time, and another one may ask it to {@link #stop} once more.
 */
final class Child implements AutoCloseable {
  private static final String MAIN = "io.tailrace.standalone.cli.Tailrace";
  private static final long READY_NANOS = TimeUnit.SECONDS.toNanos(150);
  private static final long STOP_SECONDS = 20;

  /** Longer than any service may take by its settings. */
  private static final long END_SECONDS = 60;

  private static final long POLL_MS = 50;

  private final String name;
  private final URI health;
  private final Path log;
  private final List<String> command = new ArrayList<>();
  private volatile @Nullable Process process;

  /**
   * @param health answers 200 when it is ready
   */
  Child(String name, URI health, Path log, String heap, List<String> arguments) {
    this.name = name;
    this.health = health;
    this.log = log;
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Xmx" + heap));
    command.addAll(recordedStart());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), MAIN));
    command.addAll(arguments);
    // Whoever ends this process must not leave the children to somebody else.
    Runtime.getRuntime().addShutdownHook(new Thread(this::end, "end " + name));
  }

  /** What {@code ./tailrace service} starts with, where this command line was started by it. */
  private static List<String> recordedStart() {
    var recorded = System.getProperty("tailrace.aot");
    return recorded != null && Files.exists(Path.of(recorded))
        ? List.of("-XX:AOTCache=" + recorded, "-Xlog:disable", "-Xlog:all=error:stderr")
        : List.of();
  }

  private void end() {
    var running = process;
    if (running != null) {
      running.destroy();
    }
  }

  String name() {
    return name;
  }

  URI health() {
    return health;
  }

  void start() {
    try {
      process =
          new ProcessBuilder(command)
              .redirectInput(Redirect.from(Path.of("/dev/null").toFile()))
              .redirectOutput(Redirect.appendTo(log.toFile()))
              .redirectErrorStream(true)
              .start();
    } catch (IOException e) {
      throw new IllegalStateException(name + " cannot be started: " + e.getMessage(), e);
    }
  }

  /**
   * Waits until it says that it is ready; one that ended by itself meanwhile is started again, as a
   * supervisor would.
   */
  void awaitReady() throws InterruptedException {
    long deadline = System.nanoTime() + READY_NANOS;
    try (var client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2))
            .build()) {
      while (!ready(client)) {
        if (System.nanoTime() > deadline) {
          throw new IllegalStateException(
              name + " is not ready after " + READY_NANOS / 1_000_000_000 + " s; see " + log);
        }
        if (!running()) {
          start();
        }
        TimeUnit.MILLISECONDS.sleep(POLL_MS);
      }
    }
  }

  private boolean ready(HttpClient client) throws InterruptedException {
    var request = HttpRequest.newBuilder(health).timeout(Duration.ofSeconds(5)).build();
    try {
      return client.send(request, BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException _) {
      return false;
    }
  }

  boolean running() {
    var running = process;
    return running != null && running.isAlive();
  }

  /** SIGKILL. */
  void kill() throws InterruptedException {
    var running = process;
    if (running != null) {
      running.destroyForcibly().waitFor();
    }
  }

  /**
   * SIGTERM, then waits for its end; after a long while SIGKILL, which its exit code tells.
   *
   * @return the exit code
   */
  int stop() throws InterruptedException {
    var running = process;
    if (running == null) {
      throw new IllegalStateException(name + " does not run");
    }
    running.destroy();
    if (!running.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
      running.destroyForcibly();
    }
    return running.waitFor();
  }

  /** SIGTERM, and SIGKILL where that does not help. */
  @Override
  public void close() {
    var running = process;
    process = null;
    if (running != null) {
      running.destroy();
      try {
        if (!running.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
          running.destroyForcibly();
        }
      } catch (InterruptedException _) {
        running.destroyForcibly();
        Thread.currentThread().interrupt();
      }
    }
  }
}
