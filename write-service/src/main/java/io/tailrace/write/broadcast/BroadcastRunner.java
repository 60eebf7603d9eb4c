package io.tailrace.write.broadcast;

import io.tailrace.write.measure.WriteMetrics;
import java.sql.SQLException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs {@link Carrier} on a thread of its own. After each chunk it rests for three times as long as
 * the chunk took, so that broadcasts have a quarter of one connection's time at most, and less the
 * slower the database is.
 */
public final class BroadcastRunner implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(BroadcastRunner.class);
  private static final long IDLE_MS = 500;
  private static final long REST_FACTOR = 3;
  private static final long REST_MS_MAX = 5_000;
  private static final long CLOSE_MS_MAX = 12_000;

  private final Carrier carrier;
  private final LongSupplier nanoTime;
  private final WriteMetrics metrics;
  private final Semaphore wake = new Semaphore(0);
  private final Thread thread;
  private volatile boolean stopping;

  /** Starts. */
  public BroadcastRunner(Carrier carrier, LongSupplier nanoTime, WriteMetrics metrics) {
    this.carrier = carrier;
    this.nanoTime = nanoTime;
    this.metrics = metrics;
    this.thread = Thread.ofPlatform().daemon().name("write-broadcast").start(this::run);
  }

  /** Says that there is a new job. */
  public void wake() {
    if (wake.availablePermits() == 0) {
      wake.release();
    }
  }

  @Override
  public void close() {
    stopping = true;
    wake.release();
    try {
      thread.join(CLOSE_MS_MAX);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try {
      while (!stopping) {
        round();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void round() throws InterruptedException {
    long start = nanoTime.getAsLong();
    long restMs = IDLE_MS;
    try {
      switch (carrier.doWork()) {
        case Carrier.Step.Idle _ -> {
          if (wake.tryAcquire(IDLE_MS, TimeUnit.MILLISECONDS)) {
            wake.drainPermits();
          }
          return;
        }
        case Carrier.Step.Written written -> {
          metrics.broadcast(written.channels());
          restMs = TimeUnit.NANOSECONDS.toMillis(REST_FACTOR * (nanoTime.getAsLong() - start));
        }
        case Carrier.Step.Held held -> restMs = held.retryAfterMs();
        case Carrier.Step.Failed failed ->
            log.atWarn().addKeyValue("job", failed.job()).log("the database refused a broadcast");
      }
    } catch (SQLException e) {
      log.atWarn()
          .addKeyValue("sqlState", e.getSQLState())
          .log("a chunk of a broadcast failed; it is tried again");
    } catch (RuntimeException e) {
      log.atError().setCause(e).log("a broadcast met an unexpected fault");
    }
    rest(Math.clamp(restMs, 1, REST_MS_MAX));
  }

  private void rest(long millis) throws InterruptedException {
    // Only the end of this service cuts a rest short.
    long until = nanoTime.getAsLong() + TimeUnit.MILLISECONDS.toNanos(millis);
    for (long left = until - nanoTime.getAsLong();
        left > 0 && !stopping;
        left = until - nanoTime.getAsLong()) {
      var _ = wake.tryAcquire(left, TimeUnit.NANOSECONDS);
    }
  }
}
