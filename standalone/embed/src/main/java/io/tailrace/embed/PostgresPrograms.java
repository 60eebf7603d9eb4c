package io.tailrace.embed;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Runs PostgreSQL's programs. They refuse to run as root; where this JVM does (containers, build
 * machines), they are put into a user namespace without a mapping: there they see an unprivileged
 * user, while their files stay root's.
 */
final class PostgresPrograms {
  private final Path bin;
  private final List<String> prefix;

  PostgresPrograms(Path home) {
    this.bin = home.resolve("bin");
    this.prefix = prefix();
  }

  private static List<String> prefix() {
    if (!isRoot()) {
      return List.of();
    }
    try {
      Process probe = new ProcessBuilder("unshare", "-U", "id", "-u").start();
      String id = new String(probe.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      if (probe.waitFor() == 0 && !id.equals("0")) {
        return List.of("unshare", "-U");
      }
    } catch (IOException _) {
      // no unshare here: told below
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EmbedException("Interrupted while PostgreSQL was being prepared.", e);
    }
    throw new EmbedException(
        "PostgreSQL refuses to run as root, and `unshare -U` is not allowed here: run this as another user.");
  }

  private static boolean isRoot() {
    try {
      return Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
    } catch (IOException | UnsupportedOperationException | IllegalArgumentException _) {
      return "root".equals(System.getProperty("user.name"));
    }
  }

  /**
   * Starts a program with its output in {@code log}. A server inherits that file, so there is no
   * pipe that somebody would have to empty.
   */
  Process start(Path log, List<String> command) {
    List<String> line = new ArrayList<>(prefix);
    line.add(bin.resolve(command.getFirst()).toString());
    line.addAll(command.subList(1, command.size()));
    ProcessBuilder builder =
        new ProcessBuilder(line)
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().put("LC_ALL", "C.UTF-8");
    builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
    try {
      return builder.start();
    } catch (IOException e) {
      throw new EmbedException("The program " + line + " could not be started: " + e, e);
    }
  }

  /** Runs a program to its end; true when it ended well in time. */
  boolean run(Path log, Duration limit, List<String> command) {
    Process process = start(log, command);
    try {
      if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
        return false;
      }
      return process.exitValue() == 0;
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new EmbedException("Interrupted while " + command.getFirst() + " ran.", e);
    }
  }
}
