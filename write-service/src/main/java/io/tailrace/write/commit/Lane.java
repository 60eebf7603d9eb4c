package io.tailrace.write.commit;

import io.tailrace.schemas.trace.Hop;
import io.tailrace.schemas.trace.Traced;
import io.tailrace.write.commit.Checks.Verdict;
import io.tailrace.write.commit.CommitResult.Broken;
import io.tailrace.write.commit.CommitResult.Committed;
import io.tailrace.write.commit.CommitResult.Forbidden;
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
 * themselves and nobody waits for a timer. Units that meet a change of their channel's members are
 * carried into the next batch, at its head, so that nobody else waits for that change. Run by one
 * thread.
 */
final class Lane {
  private static final Logger log = LoggerFactory.getLogger(Lane.class);
  private static final long IDLE_MS = 200;
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /** Pause before units that were carried are tried again where nothing else is to be done. */
  private static final long CARRY_MS = 2;

  /** More than these do not wait for changes of members: others would find no room in a batch. */
  private static final int CARRIED_UNITS_MAX = 128;

  private static final int KNOWN_CHANNELS_MAX = 32_768;

  private static final String SAME_KEY =
      "send the same request with the same Idempotency-Key again";

  private final FairQueue queue;
  private final DataSource pool;
  private final CommitLimits limits;
  private final InstantSource clock;
  private final LongSupplier nanoTime;
  private final WriteMetrics metrics;
  private final List<Pending> batch = new ArrayList<>();
  private final List<Pending> carried = new ArrayList<>();
  private final KnownChannels known = new KnownChannels(KNOWN_CHANNELS_MAX);

  Lane(FairQueue queue, DataSource pool, CommitLimits limits, Clocks clocks, WriteMetrics metrics) {
    this.queue = queue;
    this.pool = pool;
    this.limits = limits;
    this.clock = clocks.clock();
    this.nanoTime = clocks.nanoTime();
    this.metrics = metrics;
  }

  /** Commits one batch; waits shortly for a first unit. Returns how many units it took. */
  int doWork() throws InterruptedException {
    Pending first = queue.poll(carried.isEmpty() ? IDLE_MS : CARRY_MS, TimeUnit.MILLISECONDS);
    batch.clear();
    int rows = 0;
    int bytes = 0;
    for (Pending again : carried) {
      batch.add(again);
      rows += again.unit.rows().size();
      bytes += again.unit.bytes();
    }
    carried.clear();
    for (Pending next = first; next != null; next = queue.poll()) {
      batch.add(next);
      rows += next.unit.rows().size();
      bytes += next.unit.bytes();
      if (rows >= limits.batchRowsMax() || bytes >= limits.batchBytesMax()) {
        break;
      }
    }
    int taken = batch.size();
    if (taken == 0) {
      return 0;
    }
    try {
      commit();
    } finally {
      batch.removeAll(carried);
      for (Pending pending : batch) {
        if (!pending.result.isDone()) {
          pending.complete(new Unavailable("the write was not decided; " + SAME_KEY));
        }
      }
    }
    return taken;
  }

  /** Whether units wait for a change of members to end. */
  boolean carries() {
    return !carried.isEmpty();
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
        pending.perhapsCommitted |= failure == SqlFailure.OUTCOME_UNKNOWN;
        alone(pending);
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
      var outcome = BatchStatement.execute(connection, batch, createdAt, known);
      metrics.batch(batch.size(), nanoTime.getAsLong() - startNanos);
      Instant commitTime = commitTimeIfWanted(connection, outcome.xid());
      for (int i = 0; i < batch.size(); i++) {
        Verdict verdict = outcome.stopped().get(i);
        if (verdict != null) {
          stopped(connection, batch.get(i), verdict);
        } else if (!outcome.lost().get(i)) {
          committed(batch.get(i), commitTime, createdAt);
        }
      }
      for (int i = outcome.lost().nextSetBit(0); i >= 0; i = outcome.lost().nextSetBit(i + 1)) {
        CommitResult earlier = earlier(connection, batch.get(i));
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
    } finally {
      batch.removeAll(carried);
    }
  }

  /** Tries one unit until it is decided or its time is over. */
  private void alone(Pending pending) {
    while (!expired(pending, nanoTime.getAsLong())) {
      try (Connection connection = pool.getConnection()) {
        Instant createdAt = pending.createdAt(now());
        var outcome = BatchStatement.execute(connection, List.of(pending), createdAt, known);
        Verdict verdict = outcome.stopped().get(0);
        if (verdict != null) {
          stopped(connection, pending, verdict);
          return;
        }
        CommitResult result =
            outcome.lost().isEmpty()
                ? new Committed(commitTimeIfWanted(connection, outcome.xid()), createdAt)
                : earlier(connection, pending);
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
          case OUTCOME_UNKNOWN -> pending.perhapsCommitted = true;
          case PASSING -> {}
        }
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }
  }

  /** What the claimed key stands for; null where it is gone again, so that another try decides. */
  private static @Nullable CommitResult earlier(Connection connection, Pending pending)
      throws SQLException {
    Claim claim = pending.unit.claim();
    Written written = claim == null ? null : WrittenRows.find(connection, claim);
    if (claim == null || written == null) {
      return null;
    }
    if (!written.bodyHash().equals(claim.bodyHash())) {
      return new KeyReused();
    }
    return pending.perhapsCommitted && pending.unit.hasIds(written.ids())
        ? new Committed(written.commitTime(), Instant.EPOCH)
        : new Replayed(written.ids(), written.commitTime());
  }

  /**
   * A unit that the check kept out. What was written before stays written, whatever its author may
   * do now: a try whose outcome is not known, and a key that stands for the same body.
   */
  private void stopped(Connection connection, Pending pending, Verdict verdict)
      throws SQLException {
    Instant createdAt = pending.createdAt(now());
    String id = pending.unit.rows().getFirst().id();
    CommitResult earlier = earlier(connection, pending);
    if (pending.perhapsCommitted && WrittenRows.exists(connection, id, createdAt)) {
      committed(pending, null, createdAt);
    } else if (earlier != null && !(earlier instanceof KeyReused)) {
      pending.complete(earlier);
    } else if (pending.perhapsCommitted) {
      pending.complete(new Unavailable("the write was not decided; " + SAME_KEY));
    } else if (!verdict.busy()) {
      pending.complete(new Forbidden(verdict.row()));
    } else if (carried.size() < CARRIED_UNITS_MAX) {
      pending.untried();
      carried.add(pending);
    } else {
      pending.complete(new Unavailable("the channel's members are being changed; " + SAME_KEY));
    }
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
    if (metrics.spans().isOn()) {
      tellOfSpans(pending, createdAt);
    }
    pending.complete(new Committed(commitTime, createdAt));
  }

  private void tellOfSpans(Pending pending, Instant createdAt) {
    long start = ChronoUnit.MICROS.between(Instant.EPOCH, createdAt);
    long end = ChronoUnit.MICROS.between(Instant.EPOCH, now());
    for (EventRow row : pending.unit.rows()) {
      Traced traced = metrics.spans().traced(row.id(), row.traceparent());
      if (traced != null) {
        metrics.spans().hop(Hop.WRITE, traced, start, end);
      }
    }
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
