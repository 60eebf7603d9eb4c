package io.tailrace.gateway.testkit;

import io.tailrace.embed.KafkaBroker;
import io.tailrace.gateway.GatewayConfig;
import io.tailrace.gateway.GatewayService;
import io.tailrace.schemas.config.Settings;
import io.tailrace.schemas.event.Event;
import io.tailrace.schemas.http.PortConfig;
import io.tailrace.schemas.http.ServiceServer;
import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.testkit.Await;
import io.tailrace.schemas.testkit.Certificates;
import io.tailrace.schemas.token.Identity;
import io.tailrace.schemas.token.TokenSigner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;

/** A running gateway with a broker and the stores' port beside it. */
public final class Gateway implements AutoCloseable {
  private static final String SECRET = "0123456789abcdef0123456789abcdef";

  /** However slow the machine is, nobody is given up for it: what a test waits for, it sets. */
  private static final Map<String, String> PATIENT =
      Map.of(
          "TAILRACE_HELLO_WAIT_MS", "600000",
          "TAILRACE_HEARTBEAT_MS", "600000",
          "TAILRACE_STALL_MS", "600000",
          "TAILRACE_JOIN_TIMEOUT_MS", "600000",
          "TAILRACE_WINDOW_MS", "600000");

  private final MovedClock clock = new MovedClock();
  private final FakeCatchup catchup = new FakeCatchup();
  private final FeedWriter feed;
  private final String bootstrap;
  private final List<String> settings;
  private final PortConfig portConfig;
  private GatewayService service;
  private ServiceServer server;

  /** Starts with settings beside those that it needs. */
  public Gateway(KafkaBroker broker, String... more) {
    this(broker, PortConfig.plain("127.0.0.1", 0), more);
  }

  /** Starts on a port that speaks TLS. */
  public Gateway(KafkaBroker broker, Certificates.Pair pair, String... more) {
    this(
        broker,
        PortConfig.from(
            Settings.load(
                PortConfig.keys(),
                List.of(
                    "--http.port=0",
                    "--tls.certificate=" + pair.certificate(),
                    "--tls.key=" + pair.key()),
                Map.of())),
        more);
  }

  private Gateway(KafkaBroker broker, PortConfig port, String... more) {
    this.portConfig = port;
    bootstrap = broker.bootstrap();
    feed = new FeedWriter(bootstrap);
    settings = new ArrayList<>(List.of(more));
    settings.add("--kafka.bootstrap=" + bootstrap);
    settings.add("--catchup.url=" + catchup.address());
    settings.add("--service.key=" + FakeCatchup.SERVICE_KEY);
    settings.add("--keys.file=" + keys());
    service = startService();
    server = ServiceServer.start(portConfig, List.of(service), service.handler());
  }

  /** Ends the gateway and starts another one on the same log. */
  public void restart() {
    server.close();
    service.close();
    service = startService();
    server = ServiceServer.start(portConfig, List.of(service), service.handler());
  }

  /** Its port. */
  public int port() {
    return server.port();
  }

  /** The service, for its metrics. */
  public GatewayService service() {
    return service;
  }

  /** What the gateway holds for the time, but for how long its queues rest and its drain lasts. */
  public MovedClock clock() {
    return clock;
  }

  /** What the stores have. */
  public FakeCatchup catchup() {
    return catchup;
  }

  /** The topic. */
  public FeedWriter feed() {
    return feed;
  }

  /** A channel of the tenant. */
  public static Channel channel(String id) {
    return new Channel("demo", "chat", id);
  }

  /** The partition of a channel of the tenant, given as clients write it. */
  public static int partition(String channel) {
    return BuiltInPartitioner.partitionForKey(
        ("demo/" + channel).getBytes(StandardCharsets.UTF_8), FeedWriter.PARTITIONS);
  }

  /** Another channel in the same partition. */
  public static String beside(String channel) {
    int n = 0;
    while (partition(channel + n) != partition(channel)) {
      n++;
    }
    return channel + n;
  }

  /** A channel like this one, in another partition than a given one. */
  public static String elsewhere(String channel, String than) {
    int n = 0;
    while (partition(channel + n) == partition(than)) {
      n++;
    }
    return channel + n;
  }

  /** An event that is written and in the stores. */
  public Event publish(Channel channel, String data) {
    Event event = feed.next(channel, data);
    catchup.store(event);
    feed.write(event);
    return event;
  }

  /**
   * Waits until every shard has been given everything that was written here. Somebody else's events
   * on the same log would be taken for these: who writes beside another has a broker of its own.
   */
  public void settle() {
    feed.flush();
    long written = feed.written();
    Await.until("the gateway has read " + written, () -> read() >= written);
  }

  private double read() {
    return service
        .metrics()
        .scrape()
        .lines()
        .filter(line -> line.startsWith("tailrace_gateway_records_total "))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.indexOf(' '))))
        .sum();
  }

  /** Waits until what is ephemeral can go through. */
  public void awaitHub() {
    Await.until("the hub is ready", () -> meter("tailrace_hub_ready") == 1);
  }

  /** The sum of a meter, given by the beginning of its lines. */
  public double meter(String begins) {
    return service
        .metrics()
        .scrape()
        .lines()
        .filter(line -> line.startsWith(begins))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
        .sum();
  }

  /** A token of a user of the tenant. */
  public static String token(String user, Instant exp) {
    return token(new Identity("demo", user, null, Set.of(), null, exp));
  }

  /** A token that says this. */
  public static String token(Identity identity) {
    return new TokenSigner(SECRET.getBytes(StandardCharsets.UTF_8)).sign(identity);
  }

  /** A token that lasts. */
  public static String token(String user) {
    return token(user, Instant.now().plusSeconds(3600));
  }

  /** A socket that has said hello. */
  public RawSocket hello(String user) {
    RawSocket socket = RawSocket.open(port());
    socket.send(hello(1, token(user)));
    socket.json("welcome");
    return socket;
  }

  /** A hello. */
  public static String hello(int ref, String token) {
    return "{\"t\":\"hello\",\"ref\":" + ref + ",\"version\":1,\"token\":\"" + token + "\"}";
  }

  @Override
  public void close() {
    server.close();
    service.close();
    feed.close();
    catchup.close();
  }

  private GatewayService startService() {
    GatewayService started =
        GatewayService.start(
            GatewayConfig.from(Settings.load(GatewayConfig.keys(), settings, PATIENT)),
            clock,
            clock::nanoTime);
    Await.until("the gateway has caught up", started::ready);
    return started;
  }

  /** A file with the tenant's key. */
  public static Path keys() {
    try {
      Path file = Files.createTempFile("tailrace-keys-", ".json");
      file.toFile().deleteOnExit();
      String key = "{\"hmac\":\"" + SECRET + "\"}";
      return Files.writeString(file, "{\"tenants\":{\"demo\":" + key + ",\"acme\":" + key + "}}");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
