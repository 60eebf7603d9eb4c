package io.tailrace.catchup;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.tailrace.catchup.auth.Access;
import io.tailrace.catchup.auth.ReadRight;
import io.tailrace.catchup.await.Moments;
import io.tailrace.catchup.await.Progress;
import io.tailrace.catchup.http.Answering;
import io.tailrace.catchup.http.CatchupHandler;
import io.tailrace.catchup.http.HistoryPaths;
import io.tailrace.catchup.http.MyPath;
import io.tailrace.catchup.join.JoinDesk;
import io.tailrace.catchup.join.JoinPath;
import io.tailrace.catchup.presence.PresenceTail;
import io.tailrace.catchup.receipt.MyDesk;
import io.tailrace.catchup.receipt.ReceiptRules;
import io.tailrace.catchup.route.Peers;
import io.tailrace.catchup.route.Routes;
import io.tailrace.catchup.send.AnswerBytes;
import io.tailrace.catchup.send.Sending;
import io.tailrace.catchup.snapshot.CursorSeal;
import io.tailrace.catchup.snapshot.SnapshotRules;
import io.tailrace.schemas.contract.Contract;
import io.tailrace.schemas.contract.Contracts;
import io.tailrace.schemas.http.OriginPolicy;
import io.tailrace.schemas.http.RunningService;
import io.tailrace.schemas.token.KeyRing;
import io.tailrace.schemas.token.ServiceKey;
import io.tailrace.schemas.token.TokenVerifier;
import io.tailrace.schemas.topic.Placement;
import io.tailrace.schemas.topic.TopicAdmin;
import io.tailrace.schemas.topic.TopicPlan;
import io.tailrace.schemas.topic.Topics;
import io.tailrace.sequencer.store.HistoryStreams;
import io.tailrace.sequencer.store.PartitionLag;
import io.tailrace.sequencer.store.Retention;
import io.undertow.server.HttpHandler;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;

/** The running catch-up service. */
public final class CatchupService implements RunningService {
  private static final Duration RESTART_PAUSE = Duration.ofSeconds(5);

  private final RestartingHistory history;
  private final HttpHandler handler;
  private final PrometheusMeterRegistry registry;
  private final PartitionLag lag;
  private final List<Closing> closing;

  /** A part to close. */
  @FunctionalInterface
  private interface Closing {
    void close();
  }

  private CatchupService(
      RestartingHistory history,
      HttpHandler handler,
      PrometheusMeterRegistry registry,
      List<Closing> closing) {
    this.history = history;
    this.handler = handler;
    this.registry = registry;
    this.lag = new PartitionLag(registry, CatchupMetrics.LAG, Topics.EVENTS);
    this.closing = closing;
  }

  /**
   * Starts; {@link #ready()} says when every partition can be read. A history store that stops for
   * good after a fault is started again in this process.
   *
   * @throws IllegalStateException where Kafka or its topics are not as configured
   * @throws IllegalArgumentException where the key file is not usable
   */
  public static CatchupService start(CatchupConfig config) {
    return start(config, null);
  }

  /**
   * Starts a process that ends with its history store.
   *
   * @param stopped called once on any thread when the store has stopped for good after a fault
   */
  public static CatchupService start(CatchupConfig config, @Nullable Runnable stopped) {
    Contracts contracts = Contracts.shippedOr(config.contractsDir());
    ensureTopics(config, contracts);
    Placement placement = Placement.of(contracts);
    KeyRing keys = KeyRing.follow(config.keysFile());
    TokenVerifier tokens = new TokenVerifier(keys, InstantSource.system());
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    CatchupMetrics metrics = new CatchupMetrics(registry);
    Progress progress = new Progress(config.limits().waits(), System::nanoTime);
    RestartingHistory history =
        new RestartingHistory(
            restart ->
                HistoryStreams.start(
                    config.store().placed(placement),
                    kind -> retention(contracts.of(kind)),
                    progress,
                    stopped == null ? restart : stopped),
            metrics::storeRestarted,
            RESTART_PAUSE);
    ExecutorService requests = Executors.newVirtualThreadPerTaskExecutor();
    AnswerBytes answerBytes = AnswerBytes.ofHeap();
    Sending sending = new Sending(answerBytes, config.limits().streams(), requests, metrics);
    ServiceKey key = new ServiceKey(config.serviceKey());
    Peers peers =
        new Peers(key, sending, config.limits().forwards(), config.calls().authorities(), requests);
    metrics.watchWaits(progress::waiting);
    metrics.watchAnswerBytes(answerBytes::current);
    metrics.watchStreams(sending::streaming);
    metrics.watchForwards(peers::asking);
    Access access = new Access(tokens, new ReadRight(contracts), key);
    Routes routes = new Routes(history, config.calls().secure());
    JoinDesk desk =
        new JoinDesk(
            history, progress, access.right(), new JoinDesk.Others(routes, peers), requests);
    CursorSeal cursors = new CursorSeal(key.derive("snapshot cursors"));
    MyPath mine =
        new MyPath(new MyDesk(history, access.right(), routes, peers, requests), sending, metrics);
    PresenceTail presence = PresenceTail.start(config.bootstrap(), config.others());
    metrics.watchPresence(presence.state()::devices);
    Answering answering =
        new Answering(
            history,
            new HistoryPaths(
                new Moments(history, progress),
                new SnapshotRules(cursors),
                new ReceiptRules(cursors),
                presence.state(),
                InstantSource.system()),
            new Answering.Way(routes, peers, sending, metrics),
            System::nanoTime);
    HttpHandler handler =
        new OriginPolicy(config.origins())
            .guard(
                new CatchupHandler(
                    access, answering, new JoinPath(desk, key, metrics), mine, requests));
    List<Closing> closing =
        List.of(
            requests::shutdownNow,
            sending::close,
            peers::close,
            presence::close,
            history::close,
            keys::close,
            registry::close);
    return new CatchupService(history, handler, registry, closing);
  }

  private static void ensureTopics(CatchupConfig config, Contracts contracts) {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", config.bootstrap()))) {
      TopicAdmin.ensure(admin, TopicPlan.of(contracts, config.partitions(), config.replication()));
    }
  }

  private static Retention retention(@Nullable Contract contract) {
    return contract == null
        ? Retention.ALL
        : new Retention(
            contract.retention().events(), Duration.ofDays(contract.retention().days()).toMillis());
  }

  @Override
  public String name() {
    return "catchup-service";
  }

  @Override
  public HttpHandler handler() {
    return handler;
  }

  @Override
  public boolean ready() {
    return history.ready();
  }

  @Override
  public PrometheusMeterRegistry metrics() {
    lag.look(history.metrics());
    return registry;
  }

  @Override
  public void close() {
    closing.forEach(Closing::close);
  }
}
