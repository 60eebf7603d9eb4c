package io.tailrace.load.bench;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * The channels and the data of one run, laid out so that a reader finds channel, seq and schedule
 * of a frame at known places without parsing JSON: channel numbers have three digits, and the
 * schedule is the frame's last number, because data is the last member of every event frame.
 */
final class EventProbe {
  static final int CHANNELS_MAX = 1000;
  private static final String HEAD = "{\"t\":\"event\",\"channel\":\"";
  private static final byte[] TIME = "\"time\":\"".getBytes(StandardCharsets.US_ASCII);
  private static final int TIME_BYTES = "2026-01-01T00:00:00.000000Z".length();

  private final String prefix;
  private final String filler;
  private final int channelAt;
  private final int seqAt;

  /** For a run of this name, with data of about this many bytes. */
  EventProbe(String run, int dataBytes) {
    this.prefix = "chat:bench-" + run + "-";
    this.filler = "x".repeat(Math.max(0, dataBytes - data("", Long.MAX_VALUE).length()));
    this.channelAt = HEAD.length() + prefix.length();
    this.seqAt = channelAt + 3 + "\",\"seq\":".length();
  }

  /** A channel by its number, 0 to {@link #CHANNELS_MAX} - 1. */
  String channel(int number) {
    return String.format(Locale.ROOT, "%s%03d", prefix, number);
  }

  /**
   * Data that carries when it was due, in {@link System#nanoTime}: one clock for all processes of a
   * machine.
   */
  String data(long dueNanos) {
    return data(filler, dueNanos);
  }

  private static String data(String text, long dueNanos) {
    return "{\"text\":\"" + text + "\",\"at\":" + dueNanos + "}";
  }

  static boolean isEvent(byte[] bytes, int from) {
    return bytes[from + 6] == 'e' && bytes[from + 7] == 'v';
  }

  /** Whether it is a signal, presence or a receipt. */
  static boolean isEphemeral(byte[] bytes, int from) {
    byte first = bytes[from + 6];
    return first == 's' && bytes[from + 7] == 'i'
        || first == 'p' && bytes[from + 7] == 'r'
        || first == 'r' && bytes[from + 8] == 'c' && bytes[from + 9] == 'e';
  }

  int channelOf(byte[] bytes, int from) {
    int at = from + channelAt;
    return (bytes[at] - '0') * 100 + (bytes[at + 1] - '0') * 10 + bytes[at + 2] - '0';
  }

  long seqOf(byte[] bytes, int from) {
    long seq = 0;
    for (int at = from + seqAt; bytes[at] != ','; at++) {
      seq = seq * 10 + bytes[at] - '0';
    }
    return seq;
  }

  /** When the event was due; the frame ends with it and two brackets. */
  static long dueOf(byte[] bytes, int to) {
    long due = 0;
    long place = 1;
    for (int at = to - 3; bytes[at] != ':'; at--) {
      due += place * (bytes[at] - '0');
      place *= 10;
    }
    return due;
  }

  /** The event's commit time as it stands in the frame. */
  static String timeOf(byte[] bytes, int from, int to) {
    for (int at = from; at < to - TIME.length - TIME_BYTES; at++) {
      if (startsAt(bytes, at)) {
        return new String(bytes, at + TIME.length, TIME_BYTES, StandardCharsets.US_ASCII);
      }
    }
    throw new IllegalArgumentException("a frame without time");
  }

  private static boolean startsAt(byte[] bytes, int at) {
    for (int i = 0; i < TIME.length; i++) {
      if (bytes[at + i] != TIME[i]) {
        return false;
      }
    }
    return true;
  }
}
