package io.tailrace.load.driver;

import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/**
 * From the commit of each event until a follower had it, however it came: live, or after a pause
 * from a window or from history. Safe for all threads.
 */
public final class Waits {
  private static final long MICROS_MAX = TimeUnit.MINUTES.toMicros(10);
  private static final int DIGITS = 3;

  private final InstantSource clock;
  private final Recorder recorder = new Recorder(MICROS_MAX, DIGITS);

  Waits(InstantSource clock) {
    this.clock = clock;
  }

  /** None yet. */
  public static Histogram none() {
    return new Histogram(MICROS_MAX, DIGITS);
  }

  /** Microseconds since 1970. */
  long nowMicros() {
    var now = clock.instant();
    return TimeUnit.SECONDS.toMicros(now.getEpochSecond()) + now.getNano() / 1_000;
  }

  void arrived(long commitMicros) {
    recorder.recordValue(Math.clamp(nowMicros() - commitMicros, 0, MICROS_MAX));
  }

  /** Those that ended since this was asked for the last time, in microseconds. */
  public Histogram sinceLast() {
    return recorder.getIntervalHistogram();
  }
}
