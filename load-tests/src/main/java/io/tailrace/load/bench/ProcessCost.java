package io.tailrace.load.bench;

import io.tailrace.standalone.cli.CommandException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What the server's JVM and its PostgreSQL use, from Linux's /proc (proc(5)). */
final class ProcessCost {
  private static final Path PROC = Path.of("/proc");

  /** USER_HZ, which Linux fixes at 100 for user space. */
  private static final double TICKS_PER_SECOND = 100;

  private static final int PARENT = 1;
  private static final int OWN_USER = 11;
  private static final int OWN_SYSTEM = 12;
  private static final int REAPED_USER = 13;
  private static final int REAPED_SYSTEM = 14;

  /** Seconds of CPU since the start, and when they were read. */
  record Reading(long nanos, double serverSeconds, double postgresSeconds) {}

  /** Cores used in between. */
  record Cores(double server, double postgres) {}

  private final long server;
  private final long postmaster;

  /** For a JVM and, where there is one, the first process of its PostgreSQL (0: not counted). */
  ProcessCost(long server, long postmaster) {
    this.server = server;
    this.postmaster = postmaster;
  }

  /**
   * Who listens on the port.
   *
   * @throws CommandException where nobody of this machine does
   */
  static long listener(int port) {
    try {
      List<String> sockets = new ArrayList<>();
      String suffix = String.format(Locale.ROOT, ":%04X", port);
      for (String file : List.of("net/tcp", "net/tcp6")) {
        for (String line : Files.readAllLines(PROC.resolve(file))) {
          String[] fields = line.trim().split("\\s+", -1);
          if (fields.length > 9 && fields[1].endsWith(suffix) && fields[3].equals("0A")) {
            sockets.add("socket:[" + fields[9] + "]");
          }
        }
      }
      return holder(sockets, port);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long holder(List<String> sockets, int port) throws IOException {
    for (long pid : processes()) {
      try (DirectoryStream<Path> open = Files.newDirectoryStream(PROC.resolve(pid + "/fd"))) {
        for (Path file : open) {
          if (Files.isSymbolicLink(file)
              && sockets.contains(Files.readSymbolicLink(file).toString())) {
            return pid;
          }
        }
      } catch (IOException _) {
        // It has ended, or belongs to somebody else.
      }
    }
    throw new CommandException(
        "Nobody on this machine listens on port " + port + ": give the server's --pid");
  }

  private static List<Long> processes() throws IOException {
    List<Long> pids = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(PROC, "[0-9]*")) {
      all.forEach(path -> pids.add(Long.parseLong(path.getFileName().toString())));
    }
    return pids;
  }

  Reading read() {
    try {
      return new Reading(System.nanoTime(), seconds(stat(server), false), postgres());
    } catch (IOException e) {
      throw new CommandException(
          "The server's process " + server + " cannot be read: " + e.getMessage(), e);
    }
  }

  static Cores between(Reading earlier, Reading later) {
    double seconds = (later.nanos() - earlier.nanos()) / 1e9;
    return new Cores(
        (later.serverSeconds() - earlier.serverSeconds()) / seconds,
        (later.postgresSeconds() - earlier.postgresSeconds()) / seconds);
  }

  /** The JVM's process. */
  long pid() {
    return server;
  }

  /** Resident memory of the JVM in MiB. */
  long residentMib() {
    try {
      for (String line : Files.readAllLines(PROC.resolve(server + "/status"))) {
        if (line.startsWith("VmRSS:")) {
          return Long.parseLong(line.replaceAll("\\D", "")) / 1024;
        }
      }
      return 0;
    } catch (IOException e) {
      throw new CommandException(
          "The server's process " + server + " cannot be read: " + e.getMessage(), e);
    }
  }

  /** Seconds of CPU since the start of the JVM's threads whose names contain this. */
  double threadSeconds(String name) {
    double seconds = 0;
    try (DirectoryStream<Path> threads = Files.newDirectoryStream(PROC.resolve(server + "/task"))) {
      for (Path thread : threads) {
        String line = Files.readString(thread.resolve("stat"));
        if (line.substring(line.indexOf('('), line.lastIndexOf(')')).contains(name)) {
          seconds += seconds(fields(line), false);
        }
      }
      return seconds;
    } catch (IOException e) {
      throw new CommandException(
          "The server's process " + server + " cannot be read: " + e.getMessage(), e);
    }
  }

  /** Backends come and go: those that have gone count among what their parent has reaped. */
  private double postgres() throws IOException {
    if (postmaster == 0) {
      return 0;
    }
    double seconds = seconds(stat(postmaster), true);
    for (long pid : processes()) {
      try {
        String[] fields = stat(pid);
        if (Long.parseLong(fields[PARENT]) == postmaster) {
          seconds += seconds(fields, false);
        }
      } catch (IOException _) {
        // It has ended since it was listed.
      }
    }
    return seconds;
  }

  /** The fields after the command's name, which may hold blanks: state, parent, … */
  private static String[] stat(long pid) throws IOException {
    return fields(Files.readString(PROC.resolve(pid + "/stat")));
  }

  private static String[] fields(String line) {
    return line.substring(line.lastIndexOf(')') + 2).split(" ", -1);
  }

  private static double seconds(String[] fields, boolean reaped) {
    long ticks = Long.parseLong(fields[OWN_USER]) + Long.parseLong(fields[OWN_SYSTEM]);
    if (reaped) {
      ticks += Long.parseLong(fields[REAPED_USER]) + Long.parseLong(fields[REAPED_SYSTEM]);
    }
    return ticks / TICKS_PER_SECOND;
  }
}
