package io.tailrace.catchup;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.tailrace.catchup.auth.ReadRight;
import io.tailrace.catchup.await.Progress;
import io.tailrace.catchup.http.AnswerBytes;
import io.tailrace.catchup.http.CatchupHandler;
import io.tailrace.catchup.http.HistoryPaths;
import io.tailrace.catchup.join.JoinDesk;
import io.tailrace.catchup.join.JoinPath;
import io.tailrace.schemas.contract.Contract;
import io.tailrace.schemas.contract.Contracts;
import io.tailrace.schemas.http.OriginPolicy;
import io.tailrace.schemas.http.RunningService;
import io.tailrace.schemas.token.KeyRing;
import io.tailrace.schemas.token.TokenVerifier;
import io.tailrace.schemas.topic.TopicAdmin;
import io.tailrace.schemas.topic.TopicPlan;
import io.tailrace.sequencer.store.HistoryReader;
import io.tailrace.sequencer.store.HistoryStreams;
import io.tailrace.sequencer.store.Retention;
import io.undertow.server.HttpHandler;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;

/** The running catch-up service. */
public final class CatchupService implements RunningService {
  private final HistoryStreams streams;
  private final HttpHandler handler;
  private final ExecutorService requests;
  private final PrometheusMeterRegistry registry;

  private CatchupService(
      HistoryStreams streams,
      HttpHandler handler,
      ExecutorService requests,
      PrometheusMeterRegistry registry) {
    this.streams = streams;
    this.handler = handler;
    this.requests = requests;
    this.registry = registry;
  }

  /**
   * Starts; {@link #ready()} says when every partition can be read.
   *
   * @throws IllegalStateException where Kafka or its topics are not as configured
   * @throws IllegalArgumentException where the key file is not usable
   */
  public static CatchupService start(CatchupConfig config) {
    Contracts contracts = Contracts.shippedOr(config.contractsDir());
    TokenVerifier tokens =
        new TokenVerifier(KeyRing.load(config.keysFile()), InstantSource.system());
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", config.bootstrap()))) {
      TopicAdmin.ensure(
          admin,
          TopicPlan.of(contracts, config.partitions(), config.replication()));
    }
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    CatchupMetrics metrics = new CatchupMetrics(registry);
    Progress progress = new Progress(config.limits().waits(), System::nanoTime);
    metrics.watchWaits(progress::waiting);
    AnswerBytes answerBytes = AnswerBytes.ofHeap();
    metrics.watchAnswerBytes(answerBytes::current);
    HistoryStreams streams =
        HistoryStreams.start(config.store(), kind -> retention(contracts.of(kind)), progress);
    HistoryReader history = streams.reader();
    ExecutorService requests = Executors.newVirtualThreadPerTaskExecutor();
    ReadRight right = new ReadRight(contracts);
    HistoryPaths paths = new HistoryPaths(history, progress, metrics, answerBytes);
    JoinPath join =
        new JoinPath(
            new JoinDesk(history, progress, right, requests), config.serviceKey(), metrics);
    HttpHandler handler =
        new OriginPolicy(config.origins())
            .guard(new CatchupHandler(tokens, right, paths, join, requests));
    return new CatchupService(streams, handler, requests, registry);
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
    return streams.ready();
  }

  @Override
  public PrometheusMeterRegistry metrics() {
    return registry;
  }

  @Override
  public void close() {
    requests.shutdownNow();
    streams.close();
    registry.close();
  }
}
