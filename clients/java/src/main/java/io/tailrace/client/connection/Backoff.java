package io.tailrace.client.connection;

/**
 * Pauses between tries: exponential, capped, with full jitter, which spreads a crowd best
 * ("Exponential Backoff And Jitter", AWS Architecture Blog, 2015).
 */
public record Backoff(long firstMs, long capMs) {
  /** Nothing for attempt 0; then a random part of first·2^(attempt-1), at most the cap. */
  public long pauseMs(int attempt, double random) {
    if (attempt <= 0) {
      return 0;
    }
    double ceiling =
        Math.min((double) capMs, (double) firstMs * Math.pow(2, Math.min(attempt - 1, 30)));
    return (long) (ceiling * random);
  }
}
