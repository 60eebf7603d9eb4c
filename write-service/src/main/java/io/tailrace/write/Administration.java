package io.tailrace.write;

import com.zaxxer.hikari.HikariDataSource;
import io.tailrace.schemas.contract.Contracts;
import io.tailrace.schemas.token.KeyRing;
import io.tailrace.write.admin.AdminHandler;
import io.tailrace.write.admin.AdminStages;
import io.tailrace.write.audit.AuditLog;
import io.tailrace.write.audit.KeyAudit;
import io.tailrace.write.broadcast.BroadcastRunner;
import io.tailrace.write.broadcast.Carrier;
import io.tailrace.write.broadcast.Jobs;
import io.tailrace.write.commit.Clocks;
import io.tailrace.write.http.WriteStages;
import io.tailrace.write.measure.WriteMetrics;
import io.tailrace.write.round.Rounds;
import io.tailrace.write.validate.BroadcastValidator;
import java.time.Duration;
import java.util.UUID;

/**
 * What administrators need, on connections of its own, so that nothing of it takes one from the
 * lanes.
 */
final class Administration implements AutoCloseable {
  /** A broadcast's chunk, a look at keys, and two questions of administrators at once. */
  private static final int CONNECTIONS = 2;

  /** The ring itself is followed within seconds; its audit may be as late. */
  private static final Duration KEYS_LOOKED_AT = Duration.ofSeconds(1);

  private final HikariDataSource pool;
  private final Rounds keyAudit;
  private final BroadcastRunner runner;
  private final BroadcastValidator validator;
  private final WriteMetrics metrics;

  Administration(
      WriteConfig.Database database,
      KeyRing keys,
      Contracts contracts,
      WriteStages stages,
      Clocks clocks,
      WriteMetrics metrics) {
    this.metrics = metrics;
    this.validator = new BroadcastValidator(contracts);
    this.pool = WriteService.pool(database, "write-admin", CONNECTIONS);
    this.keyAudit = new Rounds("write-audit", KEYS_LOOKED_AT, new KeyAudit(pool, keys)::doWork);
    this.runner =
        new BroadcastRunner(new Carrier(pool, stages.limits()), clocks.nanoTime(), metrics);
  }

  AdminHandler handler(WriteStages stages) {
    return new AdminHandler(
        new AdminStages(
            stages.tokens(),
            stages.admission(),
            stages.limits(),
            validator,
            UUID::randomUUID,
            new Jobs(pool),
            runner,
            new AuditLog(pool)),
        metrics);
  }

  @Override
  public void close() {
    runner.close();
    keyAudit.close();
    pool.close();
  }
}
