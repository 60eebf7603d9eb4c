package io.tailrace.client;

import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;

/** When a token ends, as the server says it. */
final class TokenTimes {
  private TokenTimes() {}

  /** Milliseconds left; 0 where the text is no time. */
  static long leftMs(String exp) {
    try {
      return Math.max(0, Duration.between(Instant.now(), Instant.parse(exp)).toMillis());
    } catch (DateTimeParseException _) {
      return 0;
    }
  }
}
