package io.tailrace.schemas.event;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.time.temporal.ChronoUnit;

/** Times as they are written everywhere: RFC 3339, UTC, always six digits of fraction. */
public final class Times {
  private static final DateTimeFormatter MICROS =
      new DateTimeFormatterBuilder()
          .appendPattern("uuuu-MM-dd'T'HH:mm:ss")
          .appendFraction(ChronoField.NANO_OF_SECOND, 6, 6, true)
          .appendLiteral('Z')
          .toFormatter()
          .withZone(ZoneOffset.UTC);

  private Times() {}

  /** Formats an instant, cut to microseconds. */
  public static String format(Instant instant) {
    return MICROS.format(instant);
  }

  /** Formats microseconds since 1970. */
  public static String micros(long epochMicros) {
    return format(Instant.EPOCH.plus(epochMicros, ChronoUnit.MICROS));
  }

  /**
   * Microseconds since 1970 of an RFC 3339 time.
   *
   * @throws java.time.format.DateTimeParseException where the text is none
   */
  public static long parseMicros(String text) {
    return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.parse(text));
  }
}
