package io.tailrace.gateway.testkit;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * A clock that a test moves on, or stops: what the gateway does after some time is then seen at
 * once, and what it does only after some time cannot come before, however slow the machine is. Safe
 * for any thread.
 */
public final class MovedClock implements InstantSource {
  private Duration ahead = Duration.ZERO;
  private @Nullable Instant stopped;

  @Override
  public synchronized Instant instant() {
    Instant base = stopped == null ? Instant.now() : stopped;
    return base.plus(ahead);
  }

  /** The same in nanoseconds. */
  public long nanoTime() {
    Instant now = instant();
    return now.getEpochSecond() * 1_000_000_000 + now.getNano();
  }

  /** From now on only {@link #advance} moves it. */
  public synchronized void stop() {
    stopped = Instant.now();
  }

  /** Moves it on. */
  public synchronized void advance(Duration by) {
    ahead = ahead.plus(by);
  }
}
