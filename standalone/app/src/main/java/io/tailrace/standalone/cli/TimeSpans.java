package io.tailrace.standalone.cli;

import java.time.Duration;
import java.util.Optional;

/** How long something is, as people write it on a command line. */
final class TimeSpans {
  /** What a right one looks like. */
  static final String SHAPE = "a time such as 30s, 10m, 1h or 7d, at most 31d";

  private static final Duration MOST = Duration.ofDays(31);

  private TimeSpans() {}

  /** The time that a text names; empty where it names none within the bounds. */
  static Optional<Duration> parse(String text) {
    try {
      long number = Long.parseLong(text.substring(0, Math.max(0, text.length() - 1)));
      Duration duration =
          switch (text.charAt(text.length() - 1)) {
            case 's' -> Duration.ofSeconds(number);
            case 'm' -> Duration.ofMinutes(number);
            case 'h' -> Duration.ofHours(number);
            case 'd' -> Duration.ofDays(number);
            default -> Duration.ZERO;
          };
      return number > 0 && duration.isPositive() && duration.compareTo(MOST) <= 0
          ? Optional.of(duration)
          : Optional.empty();
    } catch (NumberFormatException | IndexOutOfBoundsException | ArithmeticException _) {
      return Optional.empty();
    }
  }
}
