package io.tailrace.load.bench;

import io.tailrace.standalone.cli.CommandException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.ProcessBuilder.Redirect;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * A peer in a process of its own. It says {@code port N} when it listens on loopback, answers every
 * WebSocket handshake and sends {@link #SUBSCRIBED} behind it. Then each line of its standard input
 * is an {@link Order}, answered by {@code made N}: how many events it has written to every socket.
 * It ends when its standard input does. One thread at a time.
 */
final class WriterProcess implements FrameSource {
  /** What a reader waits for before it counts as ready. */
  static final String SUBSCRIBED = "{\"t\":\"subscribed\"}";

  private static final long LATE_NANOS_MAX = TimeUnit.SECONDS.toNanos(2);
  private static final long END_SECONDS = 5;

  private final String name;
  private final Process process;
  private final BufferedReader said;
  private final int port;

  /** A part of a schedule: events 0 to {@code count} - 1, and when to give it up. */
  record Order(OpenLoop schedule, long count, long lateNanosMax) {
    /** From its line. */
    static Order of(String line) {
      String[] words = line.split(" ", -1);
      return new Order(
          new OpenLoop(Long.parseLong(words[0]), Double.parseDouble(words[1])),
          Long.parseLong(words[2]),
          Long.parseLong(words[3]));
    }

    String line() {
      return String.format(
          Locale.ROOT,
          "%d %f %d %d",
          schedule.startNanos(),
          schedule.perSecond(),
          count,
          lateNanosMax);
    }
  }

  private WriterProcess(String name, List<String> command, int sockets, FrameParts parts) {
    this.name = name;
    List<String> words = new ArrayList<>(command);
    words.add(Integer.toString(sockets));
    words.addAll(parts.words());
    try {
      process = new ProcessBuilder(words).redirectError(Redirect.INHERIT).start();
      said =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII));
      port = (int) answer("port ");
    } catch (IOException e) {
      throw new CommandException(name + " cannot be started: " + e.getMessage(), e);
    }
  }

  /** A {@link BareWriter}. */
  static WriterProcess bare(int sockets, FrameParts parts) {
    return new WriterProcess(
        "the bare writer",
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx256m",
            "-XX:+UseSerialGC",
            "-cp",
            System.getProperty("java.class.path"),
            BareWriter.class.getName()),
        sockets,
        parts);
  }

  /** A Node server with the library {@code ws}, which the folder holds. */
  static WriterProcess ws(WsFolder folder, int sockets, FrameParts parts) {
    return new WriterProcess(
        "the ws server", List.of("node", folder.script().toString()), sockets, parts);
  }

  private long answer(String word) throws IOException {
    String line = said.readLine();
    if (line == null || !line.startsWith(word)) {
      process.destroyForcibly();
      throw new CommandException(name + (line == null ? " has ended" : " said " + line));
    }
    return Long.parseLong(line.substring(word.length()));
  }

  /** Where its sockets are. */
  URI url() {
    return URI.create("http://127.0.0.1:" + port);
  }

  @Override
  public long publish(OpenLoop schedule, long count) {
    try {
      var orders = process.getOutputStream();
      String line = new Order(schedule, count, LATE_NANOS_MAX).line() + "\n";
      orders.write(line.getBytes(StandardCharsets.US_ASCII));
      orders.flush();
      return answer("made ");
    } catch (IOException e) {
      throw new CommandException(name + " failed: " + e.getMessage(), e);
    }
  }

  @Override
  public ProcessCost cost() {
    return new ProcessCost(process.pid(), 0);
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException _) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
