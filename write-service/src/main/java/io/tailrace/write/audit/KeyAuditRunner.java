package io.tailrace.write.audit;

import java.sql.SQLException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs {@link KeyAudit} again and again on a thread of its own. */
public final class KeyAuditRunner implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(KeyAuditRunner.class);
  private static final long LOOK_EVERY_MS = 1_000;
  private static final long CLOSE_MS_MAX = 12_000;

  private final KeyAudit audit;
  private final CountDownLatch stop = new CountDownLatch(1);
  private final Thread thread;

  /** Starts; the first look is at once. */
  public KeyAuditRunner(KeyAudit audit) {
    this.audit = audit;
    this.thread = Thread.ofPlatform().daemon().name("write-audit").start(this::run);
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
        look();
      } while (!stop.await(LOOK_EVERY_MS, TimeUnit.MILLISECONDS));
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void look() {
    try {
      audit.doWork();
    } catch (SQLException e) {
      log.atWarn().addKeyValue("sqlState", e.getSQLState()).log("keys could not be audited");
    } catch (RuntimeException e) {
      log.atError().setCause(e).log("the audit of keys met an unexpected fault");
    }
  }
}
