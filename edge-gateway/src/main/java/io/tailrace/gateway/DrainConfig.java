package io.tailrace.gateway;

import io.tailrace.schemas.config.Key;
import io.tailrace.schemas.config.Settings;
import io.tailrace.schemas.config.SettingsException;
import java.time.Duration;

/**
 * How a gateway lets its connections go before it ends. By default all of it is over within the
 * half minute that orchestrators give a process after SIGTERM.
 *
 * @param noticeMs how long nobody is to go yet
 * @param perSecond how many are to go in a second
 * @param windowMs bound of the time in which all are to go
 * @param deadlineMs after which those that are left are closed
 */
record DrainConfig(long noticeMs, int perSecond, long windowMs, long deadlineMs) {
  static final Key<Duration> NOTICE =
      Key.millis(
          "drain.notice.ms",
          "2000",
          "How long, on SIGTERM, no client is to go yet: until proxies have seen that the gateway is"
              + " not ready.");
  static final Key<Integer> PER_SECOND =
      Key.number(
          "drain.per.second",
          "1000",
          "How many clients are to go elsewhere per second from then on.",
          1,
          1_000_000);
  static final Key<Duration> WINDOW =
      Key.millis(
          "drain.window.ms", "15000", "Within which time all are to go, however many they are.");
  static final Key<Duration> DEADLINE =
      Key.millis(
          "drain.deadline.ms",
          "25000",
          "How long after SIGTERM those that are left are closed with 1001; the process ends some"
              + " seconds later at the latest.");

  static DrainConfig from(Settings settings) {
    long noticeMs = settings.get(NOTICE).toMillis();
    long windowMs = settings.get(WINDOW).toMillis();
    long deadlineMs = settings.get(DEADLINE).toMillis();
    if (noticeMs + windowMs > deadlineMs) {
      throw new SettingsException(
          DEADLINE.name()
              + "="
              + deadlineMs
              + " is wrong: must be at least "
              + NOTICE.name()
              + " and "
              + WINDOW.name()
              + " together, "
              + (noticeMs + windowMs));
    }
    return new DrainConfig(noticeMs, settings.get(PER_SECOND), windowMs, deadlineMs);
  }
}
