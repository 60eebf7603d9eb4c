package io.tailrace.write.round;

import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does some work at the database again and again, on a thread of its own. A round that fails is
 * logged, and the next one does what it left.
 */
public final class Rounds implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Rounds.class);

  /** Longer than a statement may take, so that an end does not cut one off. */
  private static final long CLOSE_MS_MAX = 12_000;

  private final Work work;
  private final Duration interval;
  private final CountDownLatch stop = new CountDownLatch(1);
  private final Thread thread;

  /** One round. */
  @FunctionalInterface
  public interface Work {
    /**
     * Does what there is to do now.
     *
     * @throws SQLException where a lock was not had in time, or there is no database
     */
    void round() throws SQLException;
  }

  /**
   * Starts; the first round begins at once.
   *
   * @param name the thread's
   * @param interval between the end of a round and the next one
   */
  public Rounds(String name, Duration interval, Work work) {
    this.work = work;
    this.interval = interval;
    this.thread = Thread.ofPlatform().daemon().name(name).start(this::run);
  }

  /** Waits for the round that is under way. */
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
      work.round();
    } catch (SQLException e) {
      log.atWarn()
          .addKeyValue("work", Thread.currentThread().getName())
          .addKeyValue("sqlState", e.getSQLState())
          .log("a round failed; the next one does it");
    } catch (RuntimeException e) {
      log.atError()
          .setCause(e)
          .addKeyValue("work", Thread.currentThread().getName())
          .log("a round met an unexpected fault");
    }
  }
}
