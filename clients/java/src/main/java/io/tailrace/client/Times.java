package io.tailrace.client;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;

/** Times as the server writes them. */
final class Times {
  private Times() {}

  /** Milliseconds since 1970; 0 where the text is no time. */
  static long millis(@Nullable String time) {
    try {
      return time == null ? 0 : Instant.parse(time).toEpochMilli();
    } catch (DateTimeParseException _) {
      return 0;
    }
  }
}
