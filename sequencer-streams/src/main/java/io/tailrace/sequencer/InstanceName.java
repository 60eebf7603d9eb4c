package io.tailrace.sequencer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.UUID;

/**
 * The name of a process in its consumer group. It must outlive the process: a member that comes
 * back under its name takes its partitions again at once, while one under a new name waits until
 * the group has given the old one up.
 */
public final class InstanceName {
  private static final String FILE = "instance";

  private InstanceName() {}

  /**
   * The given name, or, where it is empty, the one kept in the folder, made at first use.
   *
   * @throws UncheckedIOException where the folder cannot be written
   */
  public static String of(String given, Path stateDir) {
    if (!given.isEmpty()) {
      return given;
    }
    try {
      Files.createDirectories(stateDir);
      Path file = stateDir.resolve(FILE);
      if (!Files.exists(file)) {
        Path draft = Files.createTempFile(stateDir, FILE, ".draft");
        Files.writeString(draft, UUID.randomUUID().toString());
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
      }
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw new UncheckedIOException("the state folder " + stateDir + " cannot be used", e);
    }
  }
}
