package io.tailrace.write.commit;

import io.tailrace.write.commit.CommitResult.Broken;
import io.tailrace.write.commit.CommitResult.Committed;
import io.tailrace.write.commit.CommitResult.KeyReused;
import io.tailrace.write.commit.CommitResult.Refused;
import io.tailrace.write.commit.CommitResult.Replayed;
import io.tailrace.write.commit.CommitResult.Unavailable;
import io.tailrace.write.commit.WrittenRows.Written;
import io.tailrace.write.measure.WriteMetrics;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commits what is in its queue, batch after batch, on one connection at a time.
 *
 * <p>While one batch is being committed the next one gathers, so batches grow with the load by
 * themselves and nobody waits for a timer. Run by one thread.
 */
final class Lane {
  private static final Logger log = LoggerFactory.getLogger(Lane.class);
  private static final long IDLE_MS = 200;
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private static final String SAME_KEY =
      "send the same request with the same Idempotency-Key again";

  private final BlockingQueue<Pending> queue;
  private final DataSource pool;
  private final CommitLimits limits;
  private final InstantSource clock;
  private final LongSupplier nanoTime;
  private final WriteMetrics metrics;
  private final List<Pending> batch = new ArrayList<>();

  Lane(
      BlockingQueue<Pending> queue,
      DataSource pool,
      CommitLimits limits,
      Clocks clocks,
      WriteMetrics metrics) {
    this.queue = queue;
    this.pool = pool;
    this.limits = limits;
    this.clock = clocks.clock();
    this.nanoTime = clocks.nanoTime();
    this.metrics = metrics;
  }

  /** Commits one batch; waits shortly for a first unit. Returns how many units it took. */
  int doWork() throws InterruptedException {
    Pending first = queue.poll(IDLE_MS, TimeUnit.MILLISECONDS);
    if (first == null) {
      return 0;
    }
    batch.clear();
    int rows = 0;
    int bytes = 0;
    for (Pending next = first; next != null; next = queue.poll()) {
      batch.add(next);
      rows += next.unit.rows().size();
      bytes += next.unit.bytes();
      if (rows >= limits.batchRowsMax() || bytes >= limits.batchBytesMax()) {
        break;
      }
    }
    int taken = batch.size();
    try {
      commit();
    } finally {
      for (Pending pending : batch) {
        if (!pending.result.isDone()) {
          pending.complete(new Unavailable("the write was not decided; " + SAME_KEY));
        }
      }
    }
    return taken;
  }

  private void commit() {
    long now = nanoTime.getAsLong();
    batch.removeIf(pending -> expired(pending, now));
    if (batch.isEmpty()) {
      return;
    }
    SqlFailure failure = tryBatch(now);
    if (failure == null) {
      return;
    }
    for (Pending pending : batch) {
      if (!pending.result.isDone()) {
        metrics.retried();
        alone(pending, failure == SqlFailure.OUTCOME_UNKNOWN);
      }
    }
  }

  /** Commits the batch as one transaction; null where that went well. */
  private @Nullable SqlFailure tryBatch(long startNanos) {
    try (Connection connection = pool.getConnection()) {
      Instant createdAt = now();
      for (Pending pending : batch) {
        pending.createdAt(createdAt);
      }
      var outcome = BatchStatement.execute(connection, batch, createdAt);
      metrics.batch(batch.size(), nanoTime.getAsLong() - startNanos);
      Instant commitTime = commitTimeIfWanted(connection, outcome.xid());
      for (int i = 0; i < batch.size(); i++) {
        if (!outcome.lost().get(i)) {
          committed(batch.get(i), commitTime, createdAt);
        }
      }
      for (int i = outcome.lost().nextSetBit(0); i >= 0; i = outcome.lost().nextSetBit(i + 1)) {
        CommitResult earlier = earlier(connection, batch.get(i), false);
        if (earlier != null) {
          batch.get(i).complete(earlier);
        }
      }
      return outcome.lost().isEmpty() ? null : SqlFailure.PASSING;
    } catch (SQLException e) {
      SqlFailure failure = SqlFailure.of(e);
      // Without the message: PostgreSQL quotes what was written.
      log.atWarn()
          .addKeyValue("units", batch.size())
          .addKeyValue("sqlState", e.getSQLState())
          .addKeyValue("failure", failure)
          .log("a batch failed, its units are tried one by one");
      return failure;
    }
  }

  /** Tries one unit until it is decided or its time is over. */
  private void alone(Pending pending, boolean triedBefore) {
    boolean unknown = triedBefore;
    while (!expired(pending, nanoTime.getAsLong())) {
      try (Connection connection = pool.getConnection()) {
        Instant createdAt = pending.createdAt(now());
        var outcome = BatchStatement.execute(connection, List.of(pending), createdAt);
        CommitResult result =
            outcome.lost().isEmpty()
                ? new Committed(commitTimeIfWanted(connection, outcome.xid()), createdAt)
                : earlier(connection, pending, unknown);
        if (result instanceof Committed done) {
          committed(pending, done.commitTime(), createdAt);
        } else if (result != null) {
          pending.complete(result);
        }
        if (result != null) {
          return;
        }
      } catch (SQLException e) {
        switch (SqlFailure.of(e)) {
          case COMMITTED_BEFORE -> {
            committed(pending, null, pending.createdAt(now()));
            return;
          }
          case REFUSED -> {
            pending.complete(new Refused(reason(e)));
            return;
          }
          case BROKEN -> {
            log.atError()
                .addKeyValue("sqlState", e.getSQLState())
                .log("the database refused a write");
            pending.complete(new Broken("the database refused the write"));
            return;
          }
          case OUTCOME_UNKNOWN -> unknown = true;
          case PASSING -> {}
        }
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }
  }

  /** What the claimed key stands for; null where it is gone again, so that another try decides. */
  private static @Nullable CommitResult earlier(
      Connection connection, Pending pending, boolean perhapsOwn) throws SQLException {
    Claim claim = pending.unit.claim();
    Written written = claim == null ? null : WrittenRows.find(connection, claim);
    if (claim == null || written == null) {
      return null;
    }
    if (!written.bodyHash().equals(claim.bodyHash())) {
      return new KeyReused();
    }
    return perhapsOwn && pending.unit.hasIds(written.ids())
        ? new Committed(written.commitTime(), Instant.EPOCH)
        : new Replayed(written.ids(), written.commitTime());
  }

  private @Nullable Instant commitTimeIfWanted(Connection connection, String xid) {
    boolean wanted = false;
    for (Pending pending : batch) {
      wanted |= pending.unit.wantsCommitTime();
    }
    if (!wanted) {
      return null;
    }
    try {
      return WrittenRows.commitTime(connection, xid);
    } catch (SQLException _) {
      // The commit stands; its time can be asked for again by the row.
      return null;
    }
  }

  private void committed(Pending pending, @Nullable Instant commitTime, Instant createdAt) {
    metrics.committed(pending.unit.rows().size());
    pending.complete(new Committed(commitTime, createdAt));
  }

  private boolean expired(Pending pending, long nowNanos) {
    if (nowNanos - pending.queuedNanos < limits.decideNanosMax()) {
      return false;
    }
    pending.complete(new Unavailable("the database did not decide in time; " + SAME_KEY));
    return true;
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MICROS);
  }

  private static String reason(SQLException e) {
    return e instanceof PSQLException p && p.getServerErrorMessage() != null
        ? String.valueOf(p.getServerErrorMessage().getMessage())
        : "the database refused the event";
  }
}
