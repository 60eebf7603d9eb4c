package io.tailrace.load.compose;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The command lines of Docker and of whichever compose is there. One thread at a time. */
final class Docker {
  private static final long MINUTES_MAX = 15;

  private final List<String> compose;

  private Docker(List<String> compose) {
    this.compose = compose;
  }

  /**
   * Finds both.
   *
   * @param images that must be here, or come when they are asked for
   * @throws MissingException where there is no engine, no compose command, or an image cannot be
   *     had
   */
  static Docker find(List<String> images) throws MissingException, InterruptedException {
    var engine = attempt(List.of("docker", "info"));
    if (!engine.succeeded()) {
      throw new MissingException("no Docker engine answers (docker info: " + engine.last() + ")");
    }
    var found = composeCommand();
    for (var image : images) {
      if (!attempt(List.of("docker", "image", "inspect", image)).succeeded()) {
        var pull = attempt(List.of("docker", "pull", "--quiet", image));
        if (!pull.succeeded()) {
          throw new MissingException("the image " + image + " cannot be had: " + pull.last());
        }
      }
    }
    return new Docker(found);
  }

  private static List<String> composeCommand() throws MissingException, InterruptedException {
    for (var command : List.of(List.of("docker", "compose"), List.of("docker-compose"))) {
      var asked = new ArrayList<>(command);
      asked.add("version");
      if (attempt(asked).succeeded()) {
        return command;
      }
    }
    throw new MissingException("there is neither `docker compose` nor `docker-compose`");
  }

  /** What a command said, both outputs together, and with what it ended. */
  record Said(int exit, String text) {
    boolean succeeded() {
      return exit == 0;
    }

    String last() {
      var lines = text.strip().lines().toList();
      return lines.isEmpty() ? "exit " + exit : lines.getLast();
    }
  }

  /** The answer of a compose command, which must succeed. */
  String compose(Path file, Map<String, String> environment, List<String> arguments)
      throws InterruptedException {
    var command = new ArrayList<>(compose);
    command.addAll(List.of("-f", file.toString()));
    command.addAll(arguments);
    return succeed(command, environment);
  }

  /** The answer of a docker command, which must succeed. */
  String docker(String... arguments) throws InterruptedException {
    var command = new ArrayList<>(List.of("docker"));
    command.addAll(List.of(arguments));
    return succeed(command, Map.of());
  }

  private static String succeed(List<String> command, Map<String, String> environment)
      throws InterruptedException {
    Said said;
    try {
      said = run(command, environment);
    } catch (IOException e) {
      throw new AssertionError(String.join(" ", command) + " cannot be run", e);
    }
    if (!said.succeeded()) {
      throw new AssertionError(
          "%s ended with %d:%n%s".formatted(String.join(" ", command), said.exit(), said.text()));
    }
    return said.text();
  }

  private static Said attempt(List<String> command) throws InterruptedException {
    try {
      return run(command, Map.of());
    } catch (IOException e) {
      return new Said(-1, String.valueOf(e.getMessage()));
    }
  }

  /** Its output goes through a file, so that a child which keeps it open holds nobody up. */
  private static Said run(List<String> command, Map<String, String> environment)
      throws IOException, InterruptedException {
    var output = Files.createTempFile("docker", ".out");
    try {
      var builder =
          new ProcessBuilder(command)
              .redirectInput(new File("/dev/null"))
              .redirectOutput(output.toFile())
              .redirectErrorStream(true);
      builder.environment().putAll(environment);
      var process = builder.start();
      if (!process.waitFor(MINUTES_MAX, TimeUnit.MINUTES)) {
        process.destroyForcibly().waitFor();
        return new Said(-1, Files.readString(output) + "\n… was ended after some minutes");
      }
      return new Said(process.exitValue(), Files.readString(output, StandardCharsets.UTF_8));
    } finally {
      Files.delete(output);
    }
  }

  /** Says why nothing can be tried here. */
  static final class MissingException extends Exception {
    private static final long serialVersionUID = 1;

    MissingException(String message) {
      super(message);
    }
  }
}
