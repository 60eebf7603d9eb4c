package io.tailrace.gateway;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.tailrace.gateway.admit.RateGate;
import io.tailrace.gateway.ephemeral.HubDesk;
import io.tailrace.gateway.ephemeral.PresenceDesk;
import io.tailrace.gateway.ephemeral.ReceiptDesk;
import io.tailrace.gateway.ephemeral.SignalDesk;
import io.tailrace.gateway.fanout.ShardCore;
import io.tailrace.gateway.hub.Hub;
import io.tailrace.gateway.hub.HubTopics;
import io.tailrace.gateway.hub.KafkaClients;
import io.tailrace.gateway.join.JoinClient;
import io.tailrace.gateway.lane.Budget;
import io.tailrace.gateway.measure.GatewayMetrics;
import io.tailrace.gateway.measure.HubMetrics;
import io.tailrace.gateway.resume.Windows;
import io.tailrace.gateway.session.SessionDesk;
import io.tailrace.gateway.shard.Pace;
import io.tailrace.gateway.shard.Shard;
import io.tailrace.gateway.shard.ShardPorts;
import io.tailrace.gateway.shard.Shards;
import io.tailrace.gateway.shard.Sight;
import io.tailrace.gateway.shard.SightWire;
import io.tailrace.gateway.socket.Admission;
import io.tailrace.gateway.socket.WebSocketHandler;
import io.tailrace.gateway.sse.SessionHandler;
import io.tailrace.gateway.sse.SseHandler;
import io.tailrace.gateway.subscribe.ByContract;
import io.tailrace.gateway.subscribe.SubscribeDesk;
import io.tailrace.gateway.tail.EventTail;
import io.tailrace.schemas.contract.Contracts;
import io.tailrace.schemas.http.OriginPolicy;
import io.tailrace.schemas.http.RunningService;
import io.tailrace.schemas.http.ServiceServer;
import io.tailrace.schemas.token.KeyRing;
import io.tailrace.schemas.token.ServiceKey;
import io.tailrace.schemas.token.TokenVerifier;
import io.tailrace.schemas.topic.Placement;
import io.tailrace.schemas.trace.Spans;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.xnio.XnioIoThread;

/**
 * The edge gateway: builds its parts and answers {@code /v1/ws}, {@code /v1/sse}, {@code
 * /v1/session}.
 */
public final class GatewayService implements RunningService {
  private static final int RESTARTED = 1012;
  private static final long AHEAD_WAIT_MS = 2000;
  private static final long JOIN_MARGIN_MS = 2000;
  private static final long CURSOR_MS = 1000;
  private static final long TICK_MS = 200;
  private static final long CLOSE_MS = 5000;

  /** Room for what a queue already holds, and for the other form that events have on a stream. */
  private static final int PORTIONS_PER_QUEUE = 4;

  private static final long PACE_FREE_MS = 1;
  private static final double PACE_FACTOR = 1.0;
  private static final double SILENCE_HEARTBEATS = 2.5;
  private static final long SIGNAL_WINDOW_MS = 50;
  private static final int SIGNALS_WAITING_MAX = 65_536;
  private static final String NAME = "edge-gateway";
  private static final int SSE_CHANNELS_MAX = 100;
  private static final int RECORDS_PER_POLL = 2000;
  private static final int SESSION_BYTES = 12;

  private final GatewayConfig config;
  private final GatewayMetrics metrics;
  private final InstantSource clock;
  private final KeyRing keys;
  private final TokenVerifier verifier;
  private final Contracts contracts;
  private final JoinClient joins;
  private final Placement placement;
  private final EventTail tail;
  private final Hub hub;
  private final Budget budget;
  private final Shards shards;
  private final ExecutorService blocking = Executors.newVirtualThreadPerTaskExecutor();
  private final Departure departure;
  private final RateGate resumes;
  private final Admission admission;
  private final HttpHandler webSocket;
  private final HttpHandler eventStream;
  private final HttpHandler session;
  private final HttpHandler sight;

  private GatewayService(GatewayConfig config, InstantSource clock, LongSupplier nanoTime) {
    this.config = config;
    this.metrics = new GatewayMetrics(Spans.to(config.otlp(), NAME));
    this.clock = clock;
    this.keys = KeyRing.follow(config.keysFile());
    this.verifier = new TokenVerifier(keys, clock);
    this.contracts = Contracts.shippedOr(config.contractsFolder());
    this.placement = Placement.of(contracts);
    this.joins =
        new JoinClient(
            new JoinClient.Settings(
                config.catchupUrl(),
                config.serviceKey(),
                config.join().timeout(),
                config.join().requestsMax(),
                config.join().waitingMax(),
                config.join().gather(),
                config.authorities()),
            metrics,
            System::nanoTime);
    this.tail =
        EventTail.start(
            () -> new KafkaConsumer<>(consumer(config.kafkaBootstrap())),
            new EventTail.Settings(config.window().ms(), config.window().bytesMax()),
            clock,
            metrics);
    this.hub =
        Hub.start(
            new KafkaClients(
                config.kafkaBootstrap(), config.region().home(config.kafkaBootstrap())),
            new HubTopics(desks(nanoTime), config.region().others(), placement),
            clock,
            nanoTime,
            new HubMetrics(metrics.registry()));
    this.budget = new Budget(config.queue().budgetBytes());
    metrics.held(budget::knownBytes, config.queue().budgetBytes());
    this.shards = new Shards(tail, this::shard, blocking);
    this.departure = new Departure(config.drain(), shards, metrics, CLOSE_MS, System::nanoTime);
    OriginPolicy origins = new OriginPolicy(config.origins());
    GatewayConfig.Limits limits = config.limits();
    this.admission =
        new Admission(
            origins,
            this::notOpen,
            metrics,
            nanoTime,
            new Admission.Rules(
                limits.connections(),
                RateGate.ofSecond(limits.handshakesPerSecond()),
                config.guests(),
                config.proxies()));
    this.resumes = RateGate.ofSecond(limits.resumesPerSecond());
    Supplier<String> sessions = sessionNames();
    GatewayConfig.Queue queue = config.queue();
    this.webSocket =
        new WebSocketHandler(
            admission,
            shards,
            metrics,
            clock,
            sessions,
            new WebSocketHandler.Rules(
                limits.messageBytes(), queue.bounds(), queue.sendBufferBytes()));
    this.eventStream =
        origins.guard(
            new SseHandler(
                admission,
                shards,
                metrics,
                verifier,
                new SseHandler.Stream(clock, sessions),
                new SseHandler.Rules(permission(), SSE_CHANNELS_MAX, CURSOR_MS, queue.bounds())));
    this.sight =
        new SightPaths(new ServiceKey(config.serviceKey()), blocking, this::look, this::arrivedMs);
    this.session =
        origins.guard(
            new SessionHandler(
                origins,
                verifier,
                clock,
                exchange -> config.secureCookie() || config.proxies().isSecure(exchange)));
  }

  /**
   * Starts the gateway; it is ready once it has caught up.
   *
   * @throws IllegalStateException where Kafka or the topic of events is not there
   */
  public static GatewayService start(GatewayConfig config) {
    return start(config, InstantSource.system(), System::nanoTime);
  }

  /**
   * The same by other clocks.
   *
   * @param clock by which tokens end and clients are late
   * @param nanoTime by which those are counted who come, in nanoseconds
   */
  public static GatewayService start(
      GatewayConfig config, InstantSource clock, LongSupplier nanoTime) {
    GatewayService service = new GatewayService(config, clock, nanoTime);
    service.joins.start();
    return service;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public HttpHandler handler() {
    return this::handle;
  }

  @Override
  public boolean ready() {
    return notOpen() == null;
  }

  @Override
  public PrometheusMeterRegistry metrics() {
    return metrics.registry();
  }

  /**
   * What a tenant's administrators may see of it here: of each shard, lists of at most so many. Any
   * thread; who asks bounds the wait.
   */
  public CompletableFuture<List<Sight>> look(String tenant, int most) {
    return shards.ask(core -> Sight.of(core, tenant, most));
  }

  /**
   * When an event came here, in milliseconds since 1970, as far as a window still holds it: by
   * shard, 0 where it does not. Any thread; who asks bounds the wait.
   *
   * @param channel its full name
   */
  public CompletableFuture<List<Long>> arrivedMs(String channel, long seq) {
    return shards.ask(core -> Sight.arrivedMs(core, channel, seq));
  }

  private @Nullable String notOpen() {
    if (departure.hasBegun()) {
      return "the gateway leaves: connect again, another one answers";
    }
    return tail.ready() ? null : "the gateway catches up";
  }

  @Override
  public void leave() {
    departure.run();
  }

  @Override
  public void close() {
    shards.shutDown(RESTARTED, "the gateway restarts", "restart");
    hub.close();
    tail.close();
    joins.close();
    keys.close();
    blocking.close();
    metrics.spans().close();
  }

  private void handle(HttpServerExchange exchange) throws Exception {
    switch (exchange.getRequestPath()) {
      case "/v1/ws" -> webSocket.handleRequest(exchange);
      case "/v1/sse" -> eventStream.handleRequest(exchange);
      case "/v1/session" -> session.handleRequest(exchange);
      case SightWire.LOOK, SightWire.ARRIVED -> sight.handleRequest(exchange);
      default -> ServiceServer.notFound(exchange);
    }
  }

  private Shard shard(Windows windows, XnioIoThread thread) {
    GatewayConfig.Times times = config.times();
    GatewayConfig.Limits limits = config.limits();
    SessionDesk.Rules sessions =
        new SessionDesk.Rules(
            times.helloWaitMs(),
            times.heartbeatMs(),
            (long) (times.heartbeatMs() * SILENCE_HEARTBEATS),
            times.expiryGraceMs(),
            limits.framesPerSecond(),
            limits.framesBurst(),
            Map.of(
                "messageBytes", (long) limits.messageBytes(),
                "subscriptions", (long) limits.subscriptions(),
                "framesPerSecond", (long) limits.framesPerSecond(),
                "queueBytes", config.queue().bounds().bytesMax()),
            config.region().name());
    int partitions = tail.partitions();
    placement.requireRoom(partitions);
    SubscribeDesk.Rules subscriptions =
        new SubscribeDesk.Rules(
            permission(),
            channel -> placement.partitionOf(channel, partitions),
            limits.subscriptions(),
            config.join().timeout().toMillis() + JOIN_MARGIN_MS,
            AHEAD_WAIT_MS,
            resumes);
    ShardCore core =
        new ShardCore(
            new ShardCore.Rules(
                sessions,
                subscriptions,
                config.queue().bounds().bytesMax() / 2,
                contracts::of,
                budget),
            windows,
            verifier::verify,
            metrics::rendered);
    return new Shard(
        core,
        thread,
        new ShardPorts(joins, metrics, clock, System::nanoTime, admission::identify, hub),
        new Shard.Rules(
            config.pacing().inboxMax(),
            config.queue().bounds().bytesMax() / PORTIONS_PER_QUEUE,
            TICK_MS,
            times.stallMs(),
            CLOSE_MS),
        new Pace(PACE_FACTOR, config.pacing().restMs(), PACE_FREE_MS));
  }

  private SubscribeDesk.Permission permission() {
    return new ByContract(contracts);
  }

  private static List<HubDesk> desks(LongSupplier nanoTime) {
    return List.of(
        new SignalDesk(SIGNAL_WINDOW_MS, SIGNALS_WAITING_MAX),
        new ReceiptDesk(ReceiptDesk.Rules.USUAL),
        new PresenceDesk(
            sessionNames().get(),
            PresenceDesk.Rules.USUAL,
            () -> TimeUnit.NANOSECONDS.toMillis(nanoTime.getAsLong())));
  }

  private static Supplier<String> sessionNames() {
    SecureRandom random = new SecureRandom();
    return () -> {
      byte[] bytes = new byte[SESSION_BYTES];
      random.nextBytes(bytes);
      return HexFormat.of().formatHex(bytes);
    };
  }

  private static Properties consumer(String bootstrap) {
    Properties properties = new Properties();
    properties.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap);
    properties.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    properties.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
    // Events are sent before their transaction commits: repeats are recognised by their chain.
    properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_uncommitted");
    properties.put(ConsumerConfig.FETCH_MIN_BYTES_CONFIG, 1);
    properties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, RECORDS_PER_POLL);
    properties.put(ConsumerConfig.CLIENT_ID_CONFIG, "edge-gateway");
    return properties;
  }
}
