package io.tailrace.client.link;

import java.net.http.HttpHeaders;

/** When to come again, as an answer over HTTP says it. */
final class RetryAfter {
  private static final long SECONDS_MAX = 3600;

  private RetryAfter() {}

  /** Milliseconds, at most an hour; 0 where nothing is said. */
  static long millis(HttpHeaders headers) {
    String value = headers.firstValue("Retry-After").orElse("");
    try {
      return Math.clamp(Long.parseLong(value.strip()), 0, SECONDS_MAX) * 1000;
    } catch (NumberFormatException _) {
      return 0; // absent, or a date, which no Tailrace sends
    }
  }
}
