package io.tailrace.standalone.launch;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.tailrace.catchup.CatchupConfig;
import io.tailrace.catchup.CatchupService;
import io.tailrace.embed.KafkaBroker;
import io.tailrace.embed.PostgresServer;
import io.tailrace.gateway.GatewayConfig;
import io.tailrace.gateway.GatewayService;
import io.tailrace.relay.RelayConfig;
import io.tailrace.relay.RelayService;
import io.tailrace.schemas.http.PortConfig;
import io.tailrace.schemas.http.RunningService;
import io.tailrace.schemas.http.ServiceServer;
import io.tailrace.schemas.topic.TopicAdmin;
import io.tailrace.schemas.topic.TopicPlan;
import io.tailrace.sequencer.SequencerConfig;
import io.tailrace.sequencer.SequencerService;
import io.tailrace.standalone.console.ConsoleApi;
import io.tailrace.standalone.console.LocalParts;
import io.tailrace.standalone.web.Router;
import io.tailrace.write.WriteConfig;
import io.tailrace.write.WriteService;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;

/**
 * The whole system in this JVM, on a data folder. The services are the same as in processes of
 * their own and get their settings the same way; only PostgreSQL, Kafka and the one port are added.
 *
 * <p>Writes are accepted last, when the replication slot is there: a row committed before it would
 * never be sent.
 */
public final class Standalone implements AutoCloseable {
  /** Exit code of a relay that must not go on; see {@code cdc-relay}. */
  private static final int HALTED = 70;

  private static final Duration READY_WITHIN = Duration.ofSeconds(90);

  private static final String LOOPBACK = "127.0.0.1";

  private final StopOrder parts = new StopOrder();
  private final Options options;
  private @Nullable ServiceServer server;
  private Map<String, String> addresses = Map.of();

  private Standalone(Options options) {
    this.options = options;
  }

  /**
   * What to run.
   *
   * @param port of everything; 0 for any free one
   * @param demo whether the page at {@code /} and its tokens are served
   * @param settings settings of services that are not as by default, each told to all that have it
   */
  public record Options(
      Path data, String host, int port, boolean demo, Map<String, String> settings) {
    /** With all settings at their defaults. */
    public Options(Path data, String host, int port, boolean demo) {
      this(data, host, port, demo, Map.of());
    }
  }

  /** Whether a service has such a setting, and it is not for this class alone to give. */
  public static boolean mayBeSet(String name) {
    return ServiceSettings.mayBeSet(name);
  }

  /** Starts nothing yet, so that whoever can be interrupted has something to close first. */
  public static Standalone of(Options options) {
    return new Standalone(options);
  }

  /**
   * Starts everything and returns when it is ready.
   *
   * @param progress told what has been reached, one line at a time
   * @throws IllegalStateException naming the part that did not start; all others are stopped again
   */
  public static Standalone start(Options options, Consumer<String> progress) {
    Standalone system = of(options);
    system.begin(progress);
    return system;
  }

  /**
   * Starts everything and returns when it is ready. A {@link #close()} from another thread ends it
   * early.
   *
   * @param progress told what has been reached, one line at a time
   * @throws IllegalStateException naming the part that did not start; all others are stopped again
   */
  public void begin(Consumer<String> progress) {
    try {
      startParts(progress);
    } catch (RuntimeException e) {
      parts.close();
      throw e;
    }
  }

  private void startParts(Consumer<String> progress) {
    Installation installation = Installation.open(options.data());
    Router router = new Router(installation, options.demo());
    List<RunningService> services = new CopyOnWriteArrayList<>();
    PortConfig port = ServiceSettings.port(options);
    ServiceServer http =
        parts.add(StopOrder.Part.HTTP, ServiceServer.start(port, services, router));
    server = http;
    // A certificate is for the names that clients know: what is called inside has a port of its
    // own.
    ServiceServer internal =
        port.files() == null
            ? http
            : parts.add(
                StopOrder.Part.INTERNAL,
                ServiceServer.start(LOOPBACK, 0, services, router::handleInternal));
    Servers servers = Servers.start(installation, parts);
    progress.accept("PostgreSQL and Kafka run");
    ServiceSettings settings =
        new ServiceSettings(
            installation,
            servers,
            internal.port(),
            ServiceSettings.forHost(options.host(), options.settings()));
    Services started = startServices(settings, parts);
    started.awaitReady(READY_WITHIN);
    if (options.demo()) {
      DemoRole.grant(servers.postgres());
    }
    ConsoleApi console =
        parts.add(
            StopOrder.Part.CONSOLE,
            new ConsoleApi(
                installation.keysFile(),
                new LocalParts(started.all(), started.gateway()),
                settings.bootstrap(),
                settings.contracts()));
    router.route(
        new Router.Targets(
            started.write().handler(),
            started.gateway().handler(),
            started.catchup().handler(),
            console));
    addresses = settings.addresses(port, http.port());
    installation.writeAddresses(addresses);
    services.addAll(started.all()); // from now on /health/ready says 200
  }

  private static Services startServices(ServiceSettings settings, StopOrder parts) {
    try (Parallel parallel = new Parallel(parts)) {
      ensureTopics(settings);
      Future<WriteService> write =
          parallel.start(
              StopOrder.Part.WRITE,
              () -> WriteService.start(WriteConfig.from(settings.write(WriteConfig.keys()))));
      Future<RelayService> relay = parallel.start(StopOrder.Part.RELAY, () -> startRelay(settings));
      Future<SequencerService> sequencer =
          parallel.start(
              StopOrder.Part.SEQUENCER,
              () ->
                  SequencerService.start(
                      SequencerConfig.from(settings.sequencer(SequencerConfig.keys()))));
      Future<CatchupService> catchup =
          parallel.start(
              StopOrder.Part.CATCHUP,
              () ->
                  CatchupService.start(CatchupConfig.from(settings.catchup(CatchupConfig.keys()))));
      Future<GatewayService> gateway =
          parallel.start(
              StopOrder.Part.GATEWAY,
              () ->
                  GatewayService.start(GatewayConfig.from(settings.gateway(GatewayConfig.keys()))));
      return new Services(
          Parallel.get(write),
          Parallel.get(relay),
          Parallel.get(sequencer),
          Parallel.get(catchup),
          Parallel.get(gateway));
    }
  }

  private static RelayService startRelay(ServiceSettings settings) {
    return RelayService.start(
        RelayConfig.from(settings.relay(RelayConfig.keys())),
        new PrometheusMeterRegistry(PrometheusConfig.DEFAULT),
        // Everything that could still append behind a failed row ends with this process.
        (reason, _) -> {
          System.err.println("tailrace: " + reason);
          Runtime.getRuntime().halt(HALTED);
        },
        InstantSource.system());
  }

  static void ensureTopics(ServiceSettings settings) {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", settings.bootstrap()))) {
      TopicAdmin.ensure(admin, TopicPlan.of(settings.contracts(), ServiceSettings.PARTITIONS, 1));
    }
  }

  /** The port that serves everything. */
  public int port() {
    ServiceServer running = server;
    if (running == null) {
      throw new IllegalStateException("not started");
    }
    return running.port();
  }

  /** Where everything listens, as {@code tailrace.properties} in the data folder says. */
  public Map<String, String> addresses() {
    return addresses;
  }

  /** Stops in the opposite order of an event's way, so that what was accepted is not lost. */
  @Override
  public void close() {
    parts.close();
  }

  /** PostgreSQL and Kafka, started beside each other. */
  record Servers(PostgresServer postgres, KafkaBroker kafka) {
    static Servers start(Installation installation, StopOrder parts) {
      Path folder = installation.folder();
      try (Parallel parallel = new Parallel(parts)) {
        Future<PostgresServer> postgres =
            parallel.start(
                StopOrder.Part.POSTGRES, () -> PostgresServer.start(folder.resolve("postgres"), 0));
        Future<KafkaBroker> kafka =
            parallel.start(
                StopOrder.Part.KAFKA, () -> KafkaBroker.start(folder.resolve("kafka"), 0));
        return new Servers(Parallel.get(postgres), Parallel.get(kafka));
      }
    }
  }
}
