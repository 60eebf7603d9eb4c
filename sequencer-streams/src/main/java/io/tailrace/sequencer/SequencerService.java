package io.tailrace.sequencer;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.tailrace.schemas.contract.Contracts;
import io.tailrace.schemas.http.RunningService;
import io.tailrace.schemas.http.ServiceServer;
import io.tailrace.schemas.topic.TopicAdmin;
import io.tailrace.schemas.topic.TopicPlan;
import io.tailrace.schemas.topic.Topics;
import io.tailrace.schemas.trace.Spans;
import io.tailrace.sequencer.store.PartitionLag;
import io.tailrace.sequencer.topology.SequencerTopology;
import io.undertow.server.HttpHandler;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The running sequencer: Kafka Streams with {@link SequencerTopology}. Thread-safe; the work is
 * done on Streams' threads.
 */
public final class SequencerService implements RunningService {
  private static final Logger LOG = LoggerFactory.getLogger(SequencerService.class);
  private static final String NAME = "sequencer-streams";
  private static final Duration CLOSE_WAIT = Duration.ofSeconds(5);
  private static final String SESSION_SETTING = SequencerConfig.SESSION.name();

  private final SequencerConfig config;
  private final KafkaStreams streams;
  private final PrometheusMeterRegistry registry;
  private final PartitionLag lag;
  private final Spans spans;

  private SequencerService(
      SequencerConfig config, KafkaStreams streams, PrometheusMeterRegistry registry, Spans spans) {
    this.spans = spans;
    this.config = config;
    this.streams = streams;
    this.registry = registry;
    this.lag = new PartitionLag(registry, SequencerMetrics.LAG, Topics.OUTBOX);
  }

  /**
   * Starts; {@link #ready()} says when it numbers events.
   *
   * @throws IllegalStateException where the topics are missing and cannot be made, or are laid out
   *     otherwise than configured
   */
  public static SequencerService start(SequencerConfig config) {
    return start(config, () -> {});
  }

  /**
   * Starts.
   *
   * @param stopped called once, on a thread that must not be kept, when it has stopped for good
   *     after a fault
   * @throws IllegalStateException where the topics are missing and cannot be made, or are laid out
   *     otherwise than configured
   */
  public static SequencerService start(SequencerConfig config, Runnable stopped) {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", config.bootstrap()))) {
      TopicAdmin.ensure(
          admin,
          TopicPlan.of(
              Contracts.shippedOr(config.contractsDir()),
              config.partitions(),
              config.replication()));
      OutboxStart.ensure(admin, SequencerProperties.APPLICATION_ID, config.partitions());
    }
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    Spans spans = Spans.to(config.otlp(), NAME);
    SequencerMetrics metrics = new SequencerMetrics(registry, InstantSource.system(), spans);
    KafkaStreams streams =
        new KafkaStreams(SequencerTopology.build(metrics), SequencerProperties.of(config));
    streams.setUncaughtExceptionHandler(fault -> afterFault(fault, config, metrics));
    streams.setStateListener((now, before) -> {
      LOG.atInfo().addKeyValue("state", now).addKeyValue("before", before).log("sequencer state");
      if (now == KafkaStreams.State.ERROR) {
        stopped.run();
      }
    });
    if (!new CleanEnd(config.stateDir()).take()) {
      streams.cleanUp();
    }
    GroupPlace.prepare();
    streams.start();
    return new SequencerService(config, streams, registry, spans);
  }

  /**
   * A thread that lost Kafka is replaced: its transaction is aborted and done again. Anything else
   * is a bug, a state that does not belong to the log, or a hole in the outbox topic, and numbering
   * on would make it worse; or a session that the brokers refuse, and would refuse again.
   */
  private static StreamThreadExceptionResponse afterFault(
      Throwable fault, SequencerConfig config, SequencerMetrics metrics) {
    Throwable root = fault;
    boolean hole = false;
    while (root.getCause() != null) {
      hole |= root instanceof InvalidOffsetException;
      root = root.getCause();
    }
    hole |= root instanceof InvalidOffsetException;
    boolean kafkaLost =
        root instanceof KafkaException
            && !hole
            && !GroupPlace.isRefused(fault, SESSION_SETTING, config.session(), LOG);
    LOG.atError()
        .setCause(fault)
        .addKeyValue("replaced", kafkaLost)
        .addKeyValue("hole", hole)
        .log(
            hole
                ? "rows left the outbox topic before they had a seq: run a rebuild"
                : "a sequencer thread died");
    if (kafkaLost) {
      metrics.threadReplaced();
      return StreamThreadExceptionResponse.REPLACE_THREAD;
    }
    return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
  }

  @Override
  public String name() {
    return NAME;
  }

  /** It serves no paths of its own. */
  @Override
  public HttpHandler handler() {
    return ServiceServer::notFound;
  }

  @Override
  public boolean ready() {
    return streams.state() == KafkaStreams.State.RUNNING;
  }

  /** Whether it has stopped for good after a fault; its log says what to do. */
  public boolean failed() {
    return streams.state() == KafkaStreams.State.ERROR
        || streams.state() == KafkaStreams.State.PENDING_ERROR;
  }

  @Override
  public PrometheusMeterRegistry metrics() {
    lag.look(streams.metrics().values());
    return registry;
  }

  /**
   * Stops. Where another sequencer runs, it leaves the group at once, so that the other takes over;
   * one that is alone keeps its place for its next start until its session ends.
   */
  @Override
  public void close() {
    boolean sound = !failed();
    CloseOptions how =
        CloseOptions.timeout(CLOSE_WAIT)
            .withGroupMembershipOperation(
                isShared()
                    ? CloseOptions.GroupMembershipOperation.LEAVE_GROUP
                    : CloseOptions.GroupMembershipOperation.REMAIN_IN_GROUP);
    if (streams.close(how) && sound) {
      new CleanEnd(config.stateDir()).leave();
    }
    spans.close();
    registry.close();
  }

  private boolean isShared() {
    Admin admin = Admin.create(Map.of("bootstrap.servers", config.bootstrap()));
    try {
      return GroupPlace.isShared(
          admin, SequencerProperties.APPLICATION_ID, SequencerProperties.instance(config));
    } finally {
      // A question that Kafka has not answered yet is not waited for.
      admin.close(Duration.ZERO);
    }
  }
}
