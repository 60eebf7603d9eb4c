package io.tailrace.load.bench;

import io.tailrace.standalone.cli.CommandException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a JVM of this machine holds, by {@code jcmd} and from Linux's /proc. */
final class ServerMemory {
  private static final Pattern USED = Pattern.compile("\\bused (\\d+)K");
  private static final Pattern TCP_PAGES =
      Pattern.compile("^TCP: .*\\bmem (\\d+)", Pattern.MULTILINE);
  private static final Pattern SLAB = Pattern.compile("^Slab:\\s+(\\d+) kB", Pattern.MULTILINE);
  private static final Pattern CLASS =
      Pattern.compile("^\\s*\\d+:\\s+(\\d+)\\s+(\\d+)\\s+(\\S+)", Pattern.MULTILINE);
  private static final Pattern OPEN_FILES =
      Pattern.compile("^Max open files\\s+(\\d+|unlimited)", Pattern.MULTILINE);
  private static final int PAGE_KIB = 4;
  private static final int COLLECTIONS = 2;

  private final ProcessCost cost;

  /**
   * One moment.
   *
   * @param heapKib what lives after a full collection
   * @param residentMib of the process
   * @param buffersKib all TCP buffers of this machine, of both ends
   * @param slabKib what the kernel of this machine keeps in its own structures, sockets among them
   * @param classes bytes of the instances of each class that live
   */
  record Reading(
      long heapKib, long residentMib, long buffersKib, long slabKib, Map<String, Long> classes) {
    Reading {
      classes = Map.copyOf(classes);
    }
  }

  /** Of the process whose cost that is. */
  ServerMemory(ProcessCost cost) {
    this.cost = cost;
  }

  /** Has the heap collected, then reads. */
  Reading read() throws InterruptedException {
    for (int i = 0; i < COLLECTIONS; i++) {
      jcmd("GC.run");
    }
    String heap = jcmd("GC.heap_info");
    Map<String, Long> classes = classes(jcmd("GC.class_histogram"));
    return new Reading(
        usedKib(heap),
        cost.residentMib(),
        tcpPages(file("net/sockstat")) * PAGE_KIB,
        slabKib(file("meminfo")),
        classes);
  }

  /** How many files a process may open. */
  static long openFilesMax(long pid) {
    return number(OPEN_FILES, file(pid + "/limits"));
  }

  static long usedKib(String heapInfo) {
    return number(USED, heapInfo);
  }

  static long tcpPages(String sockstat) {
    return number(TCP_PAGES, sockstat);
  }

  static long slabKib(String meminfo) {
    return number(SLAB, meminfo);
  }

  static Map<String, Long> classes(String histogram) {
    Map<String, Long> bytes = new HashMap<>();
    for (Matcher found = CLASS.matcher(histogram); found.find(); ) {
      bytes.merge(found.group(3), Long.parseLong(found.group(2)), Long::sum);
    }
    return bytes;
  }

  private static long number(Pattern pattern, String text) {
    Matcher found = pattern.matcher(text);
    if (!found.find()) {
      throw new CommandException("No " + pattern + " in: " + text);
    }
    return found.group(1).equals("unlimited") ? Long.MAX_VALUE : Long.parseLong(found.group(1));
  }

  private static String file(String name) {
    try {
      return Files.readString(Path.of("/proc", name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String jcmd(String command) throws InterruptedException {
    try {
      Process process =
          new ProcessBuilder(
                  List.of(
                      Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                      Long.toString(cost.pid()),
                      command))
              .redirectErrorStream(true)
              .start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new CommandException("jcmd " + command + " failed: " + said);
      }
      return said;
    } catch (IOException e) {
      throw new CommandException("jcmd of a JDK is needed: " + e.getMessage(), e);
    }
  }
}
