package io.tailrace.load.trace;

import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;

/**
 * A trace file: the header {@code seconds,channel,author,bytes}, then one message a line in the
 * order of time; gzip is recognised by its first two bytes, so the file's name does not matter.
 */
public final class Trace {
  private static final String HEADER = "seconds,channel,author,bytes";
  private static final int GZIP_FIRST = 0x1f;
  private static final int GZIP_SECOND = 0x8b;

  /**
   * A trace is held in memory while it is replayed; more than this is a mistake in the file's
   * choice.
   */
  private static final int MESSAGES_MAX = 10_000_000;

  private static final int BYTES_MAX = 1_000_000;

  private final Path file;
  private final List<Message> messages = new ArrayList<>();

  private Trace(Path file) {
    this.file = file;
  }

  /**
   * Reads a whole trace.
   *
   * @throws TraceException if a line is not of the format or goes back in time
   * @throws IOException if the file cannot be read
   */
  public static List<Message> read(Path file) throws IOException, TraceException {
    var trace = new Trace(file);
    try (var in = open(file);
        var lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      trace.readAll(lines);
    }
    return List.copyOf(trace.messages);
  }

  private static InputStream open(Path file) throws IOException {
    var in = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
    in.mark(2);
    boolean zipped = in.read() == GZIP_FIRST && in.read() == GZIP_SECOND;
    in.reset();
    return zipped ? new GZIPInputStream(in, 1 << 16) : in;
  }

  private void readAll(BufferedReader lines) throws IOException, TraceException {
    if (!HEADER.equals(lines.readLine())) {
      throw new TraceException(file, 1, "the first line must be " + HEADER);
    }
    long number = 1;
    long lastSeconds = 0;
    for (var line = lines.readLine(); line != null; line = lines.readLine()) {
      number++;
      if (messages.size() == MESSAGES_MAX) {
        throw new TraceException(file, number, "more than " + MESSAGES_MAX + " messages");
      }
      var message = parse(line, number);
      if (message.atSeconds() < lastSeconds) {
        throw new TraceException(file, number, "goes back in time, from second " + lastSeconds);
      }
      lastSeconds = message.atSeconds();
      messages.add(message);
    }
  }

  private Message parse(String line, long number) throws TraceException {
    var fields = line.split(",", -1);
    if (fields.length != 4) {
      throw new TraceException(file, number, "expected 4 fields, found " + fields.length);
    }
    return new Message(
        field(fields[0], "seconds", Long.MAX_VALUE, number),
        (int) field(fields[1], "channel", Integer.MAX_VALUE, number),
        (int) field(fields[2], "author", Integer.MAX_VALUE, number),
        (int) field(fields[3], "bytes", BYTES_MAX, number));
  }

  private long field(String text, String name, long max, long number) throws TraceException {
    try {
      long value = Long.parseLong(text.strip());
      if (value >= 0 && value <= max) {
        return value;
      }
    } catch (NumberFormatException _) {
      // The message below says all that there is to say.
    }
    throw new TraceException(
        file, number, name + " must be a number from 0 to " + max + ", not \"" + text + '"');
  }
}
