package io.tailrace.write.retain;

import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs {@link Retention} again and again on a thread of its own. */
public final class RetentionRunner implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(RetentionRunner.class);
  private static final long CLOSE_MS_MAX = 12_000;

  private final Retention retention;
  private final InstantSource clock;
  private final Duration interval;
  private final CountDownLatch stop = new CountDownLatch(1);
  private final Thread thread;

  /** Starts; the first round begins at once. */
  public RetentionRunner(Retention retention, InstantSource clock, Duration interval) {
    this.retention = retention;
    this.clock = clock;
    this.interval = interval;
    this.thread = Thread.ofPlatform().daemon().name("write-retain").start(this::run);
  }

  @Override
  public void close() {
    stop.countDown();
    try {
      thread.join(CLOSE_MS_MAX);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try {
      do {
        round();
      } while (!stop.await(interval.toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void round() {
    try {
      retention.doWork(clock.instant());
    } catch (SQLException e) {
      // A lock that was not had in time, or no database: the next round does it.
      log.atWarn().addKeyValue("sqlState", e.getSQLState()).log("a round of retention failed");
    } catch (RuntimeException e) {
      log.atError().setCause(e).log("a round of retention met an unexpected fault");
    }
  }
}
