package io.tailrace.load.target;

import io.tailrace.standalone.cli.CommandException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Of a command that starts a system of its own and kills parts of it. */
public final class OwnSystemOptions {
  @Option(names = "--seed", description = "Of all that is random. Default: another one each time.")
  private @Nullable Long seed;

  @Option(
      names = "--data",
      description = "A folder that does not exist yet; it is kept. Default: a temporary one.")
  private @Nullable Path data;

  /** The seed that was given, else another one at each call. */
  public long seed() {
    return seed == null ? new Random().nextLong(1_000_000) : seed;
  }

  /**
   * A folder that does not exist yet.
   *
   * @param command its name, for messages and the folder's name
   * @throws CommandException where the one that was given exists
   */
  public Path folder(String command) {
    try {
      Path given = data;
      if (given == null) {
        return Files.createTempDirectory("tailrace-" + command + "-").resolve("data");
      }
      if (Files.exists(given)) {
        throw new CommandException(
            "The folder " + given + " exists: " + command + " only kills a system of its own.");
      }
      return given.toAbsolutePath();
    } catch (IOException e) {
      throw new CommandException("No temporary folder can be made: " + e.getMessage(), e);
    }
  }
}
