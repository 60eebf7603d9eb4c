package io.tailrace.write;

import com.zaxxer.hikari.HikariDataSource;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.tailrace.schemas.contract.Contracts;
import io.tailrace.schemas.http.OriginPolicy;
import io.tailrace.schemas.http.RunningService;
import io.tailrace.schemas.token.KeyRing;
import io.tailrace.schemas.token.TokenVerifier;
import io.tailrace.schemas.topic.Placement;
import io.tailrace.schemas.trace.Spans;
import io.tailrace.write.ack.LogFollower;
import io.tailrace.write.ack.LogSearch;
import io.tailrace.write.admin.AdminHandler;
import io.tailrace.write.admit.Admission;
import io.tailrace.write.auth.MemberRight;
import io.tailrace.write.auth.PublishRight;
import io.tailrace.write.auth.TokenCache;
import io.tailrace.write.commit.Clocks;
import io.tailrace.write.commit.CommitLimits;
import io.tailrace.write.commit.CommitTimes;
import io.tailrace.write.commit.EventIds;
import io.tailrace.write.commit.GroupCommitter;
import io.tailrace.write.commit.WritePool;
import io.tailrace.write.http.MemberHandler;
import io.tailrace.write.http.WriteHandler;
import io.tailrace.write.http.WriteStages;
import io.tailrace.write.limit.PublishLimits;
import io.tailrace.write.measure.WriteMetrics;
import io.tailrace.write.member.Members;
import io.tailrace.write.migrate.Kinds;
import io.tailrace.write.migrate.Migration;
import io.tailrace.write.retain.Retention;
import io.tailrace.write.retain.RetentionPlan;
import io.tailrace.write.round.Rounds;
import io.tailrace.write.validate.Validator;
import io.undertow.server.HttpHandler;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicBoolean;

/** The graph of write-service. Its threads run when {@link #start} returns. */
public final class WriteService implements RunningService {
  /** Its name in logs and health. */
  public static final String NAME = "write-service";

  private static final int TOKENS_MAX = 10_000;
  private static final int LIMITED_USERS_MAX = 50_000;
  private static final int QUEUE_UNITS_MAX = 4_096;
  private static final int BATCH_BYTES_MAX = 1 << 20;
  private static final int REMEMBERED_EVENTS_MAX = 32_768;
  private static final Duration KEYS_KEPT = Duration.ofDays(2);
  private static final Duration RETENTION_INTERVAL = Duration.ofMinutes(10);
  private static final int PARTITION_DAYS_AHEAD = 8;
  private static final Duration LOG_WAIT = Duration.ofSeconds(60);

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final Deque<AutoCloseable> parts = new ArrayDeque<>();
  private final AtomicBoolean closed = new AtomicBoolean();
  private final HikariDataSource pool;
  private final LogFollower follower;
  private final HttpHandler handler;

  private WriteService(WriteConfig config, KeyRing keys, Contracts contracts, Clocks clocks) {
    WriteConfig.Tuning tuning = config.tuning();
    WriteMetrics metrics = new WriteMetrics(registry, part(Spans.to(config.otlp(), NAME)));
    part(keys);
    follower = part(new LogFollower(config.kafkaBootstrap(), REMEMBERED_EVENTS_MAX));
    try {
      prepare(config.database(), clocks);
      pool = part(pool(config.database(), "write", tuning.lanes()));
      Kinds.tell(pool, contracts, PublishRight::registers, clocks.nanoTime());
      WriteStages stages = stages(config, keys, contracts, clocks, metrics);
      AdminHandler admin =
          part(new Administration(config.database(), keys, contracts, stages, clocks, metrics))
              .handler(stages);
      HttpHandler writes = writes(config, stages, contracts, clocks, metrics);
      handler = new OriginPolicy(config.origins()).guard(admin.before(writes));
      follower.awaitStarted(LOG_WAIT);
    } catch (RuntimeException e) {
      closeParts();
      throw e;
    }
  }

  private WriteStages stages(
      WriteConfig config, KeyRing keys, Contracts contracts, Clocks clocks, WriteMetrics metrics) {
    WriteConfig.Tuning tuning = config.tuning();
    TokenCache tokens =
        new TokenCache(new TokenVerifier(keys, clocks.clock()), clocks.clock(), TOKENS_MAX);
    return new WriteStages(
        tokens,
        new PublishRight(contracts),
        new Admission(tokens, tuning.requestsMax(), tuning.bodyBytesMax(), metrics),
        new PublishLimits(contracts, clocks.nanoTime(), LIMITED_USERS_MAX, metrics),
        new Validator(contracts),
        new EventIds(clocks.clock(), new SecureRandom()),
        part(new GroupCommitter(pool, limits(tuning), clocks, metrics)),
        new CommitTimes(pool));
  }

  private HttpHandler writes(
      WriteConfig config,
      WriteStages stages,
      Contracts contracts,
      Clocks clocks,
      WriteMetrics metrics) {
    WriteConfig.Tuning tuning = config.tuning();
    metrics.gauge(
        "tailrace.write.waiting.events", "events whose seq is awaited", follower::waiting);
    LogSearch search =
        part(
            new LogSearch(
                config.kafkaBootstrap(), Placement.of(contracts), clocks.nanoTime(), metrics));
    RetentionPlan plan =
        new RetentionPlan(contracts.longestRetention(), KEYS_KEPT, PARTITION_DAYS_AHEAD);
    Retention retention = new Retention(pool, plan, metrics);
    part(
        new Rounds(
            "write-retain", RETENTION_INTERVAL, () -> retention.doWork(clocks.clock().instant())));
    WriteHandler.Seqs seqs = new WriteHandler.Seqs(follower, search, clocks, tuning.seqWait());
    return new MemberHandler(
        stages,
        seqs,
        new MemberRight(contracts),
        new Members(pool, WritePool.MEMBER_CHANGES),
        metrics,
        new WriteHandler(stages, seqs, contracts, tuning.transactionBytesMax(), metrics));
  }

  /**
   * Starts with the files that the configuration names.
   *
   * @throws RuntimeException where the database, Kafka or a file is not as needed; says what to do
   */
  public static WriteService start(WriteConfig config) {
    Contracts contracts = Contracts.shippedOr(config.contracts());
    return start(config, KeyRing.follow(config.tokenKeys()), contracts);
  }

  /** Starts with keys and contracts that are loaded already; the ring is closed with it. */
  public static WriteService start(WriteConfig config, KeyRing keys, Contracts contracts) {
    return new WriteService(config, keys, contracts, Clocks.system());
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public HttpHandler handler() {
    return handler;
  }

  @Override
  public boolean ready() {
    return !closed.get()
        && follower.following()
        && pool.getHikariPoolMXBean().getTotalConnections() > 0;
  }

  @Override
  public PrometheusMeterRegistry metrics() {
    return registry;
  }

  /** Commits what is queued, then stops; at most some seconds. */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      closeParts();
    }
  }

  /** With the user's own rights, which are needed for nothing else. */
  private static void prepare(WriteConfig.Database database, Clocks clocks) {
    try (HikariDataSource owner =
        WritePool.open(database.url(), database.user(), database.password(), 1)) {
      Migration.awaitDatabase(owner, database.waitMax(), clocks.nanoTime());
      if (database.migrate()) {
        Migration.apply(owner);
      }
      Migration.check(owner);
      Migration.checkRole(owner, database.role());
    }
  }

  static HikariDataSource pool(WriteConfig.Database database, String name, int lanes) {
    return WritePool.open(
        name, lanes, database.url(), database.user(), database.password(), database.role());
  }

  private static CommitLimits limits(WriteConfig.Tuning tuning) {
    return new CommitLimits(
        tuning.lanes(),
        QUEUE_UNITS_MAX,
        tuning.batchRowsMax(),
        BATCH_BYTES_MAX,
        tuning.commitWait().toNanos());
  }

  private <T extends AutoCloseable> T part(T part) {
    parts.push(part);
    return part;
  }

  private void closeParts() {
    // In the reverse of the order in which they were made.
    while (!parts.isEmpty()) {
      try {
        parts.pop().close();
      } catch (Exception e) { // the signature of AutoCloseable
        throw new IllegalStateException("a part of write-service did not close", e);
      }
    }
  }
}
