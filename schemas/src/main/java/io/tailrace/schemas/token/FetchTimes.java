package io.tailrace.schemas.token;

import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * When an address is asked again: every five minutes; sooner where a token named an unknown key or
 * the last try failed, yet never more than once in ten seconds, whatever strangers send. Owned by
 * one thread.
 */
final class FetchTimes {
  static final long EVERY_NANOS = 300_000_000_000L;
  static final long LEAST_NANOS = 10_000_000_000L;

  private record Times(long triedNanos, boolean succeeded) {}

  private final Map<URI, Times> times = new HashMap<>();

  /** Whether to ask now; counts as a try. */
  boolean due(URI address, boolean early, long nowNanos) {
    Times last = times.get(address);
    if (last != null) {
      long wait = early || !last.succeeded() ? LEAST_NANOS : EVERY_NANOS;
      if (nowNanos - last.triedNanos() < wait) {
        return false;
      }
    }
    times.put(address, new Times(nowNanos, false));
    return true;
  }

  /** Says that the try succeeded. */
  void fetched(URI address, long nowNanos) {
    times.put(address, new Times(tried(times.get(address), nowNanos), true));
  }

  private static long tried(@Nullable Times last, long nowNanos) {
    return last == null ? nowNanos : last.triedNanos();
  }
}
