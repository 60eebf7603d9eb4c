package io.tailrace.embed;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What {@code postmaster.pid} says. Its lines: process id, data folder, start time, port, socket
 * folder, listen address, shared memory key, status (PostgreSQL's {@code pidfile.h}); it is written
 * in several steps, so the later lines may be missing.
 *
 * @param port 0 while it is not written yet
 */
record PostmasterFile(long pid, int port, boolean ready) {
  private static final String NAME = "postmaster.pid";

  static @Nullable PostmasterFile read(Path data) {
    try {
      List<String> lines = Files.readAllLines(data.resolve(NAME), StandardCharsets.UTF_8);
      if (lines.isEmpty() || lines.getFirst().isBlank()) {
        return null;
      }
      return new PostmasterFile(
          Long.parseLong(lines.get(0).strip()),
          lines.size() > 3 ? Integer.parseInt(lines.get(3).strip()) : 0,
          lines.size() > 7 && lines.get(7).strip().equals("ready"));
    } catch (NoSuchFileException _) {
      return null;
    } catch (NumberFormatException _) {
      return null; // half written: the next look sees it whole
    } catch (IOException e) {
      throw new EmbedException("The file " + data.resolve(NAME) + " cannot be read: " + e, e);
    }
  }

  static void delete(Path data) {
    try {
      Files.deleteIfExists(data.resolve(NAME));
    } catch (IOException e) {
      throw new EmbedException("The file " + data.resolve(NAME) + " cannot be deleted: " + e, e);
    }
  }

  boolean alive() {
    return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
  }

  /**
   * Whether the process is a PostgreSQL on that folder. After a restart of the machine the number
   * may be anybody's. PostgreSQL itself would then refuse to start, since it can only ask whether
   * the number is alive.
   */
  boolean servesFolder(Path data) {
    try {
      String line = Files.readString(Path.of("/proc/" + pid + "/cmdline"));
      List<String> words = List.of(line.split("\0"));
      return words.getFirst().endsWith("postgres") && words.contains(data.toString());
    } catch (IOException _) {
      return false; // gone meanwhile, or hidden because it is somebody else's
    }
  }
}
