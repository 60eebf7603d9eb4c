package io.tailrace.gateway;

import io.tailrace.gateway.admit.Guests;
import io.tailrace.gateway.lane.SendQueue;
import io.tailrace.schemas.config.Key;
import io.tailrace.schemas.config.Settings;
import io.tailrace.schemas.config.SettingsException;
import io.tailrace.schemas.config.SharedKeys;
import io.tailrace.schemas.http.Proxies;
import io.tailrace.schemas.region.OtherRegions;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The gateway's settings.
 *
 * @param kafkaBootstrap Kafka's addresses
 * @param catchupUrl base address of the catch-up service
 * @param serviceKey what services show each other
 * @param keysFile the tenants' keys
 * @param contractsFolder contracts, null for the shipped ones
 * @param origins web pages that may connect
 * @param region where it stands among the regions
 * @param secureCookie whether the session cookie is for HTTPS only, whatever the port speaks
 * @param proxies whose word on a client's address is taken
 * @param authorities whom calls to the catch-up service trust; empty for those of the JVM
 * @param otlp collector of spans; empty: none are made
 * @param guests what one user, device, address or tenant may have open
 */
public record GatewayConfig(
    String kafkaBootstrap,
    URI catchupUrl,
    String serviceKey,
    Path keysFile,
    @Nullable Path contractsFolder,
    List<String> origins,
    RegionConfig region,
    boolean secureCookie,
    Proxies proxies,
    Optional<Path> authorities,
    Guests.Limits guests,
    Window window,
    Queue queue,
    Limits limits,
    Times times,
    Join join,
    Pacing pacing,
    DrainConfig drain,
    Optional<URI> otlp) {

  /**
   * Half of what a core was measured to take in a storm of reconnects, so that the other half is
   * left for what is live.
   */
  private static final int HANDSHAKES_PER_CORE = 2500;

  private static final int RESUMES_PER_CORE = 5000;

  private static final Key<URI> CATCHUP_URL =
      new Key<>(
          "catchup.url",
          null,
          "Base address of the catch-up service, asked at every subscribe.",
          "http://host:port or https://host:port",
          Key::address);
  private static final Key<Boolean> COOKIE_SECURE =
      Key.flag(
          "cookie.secure",
          "false",
          "Whether the session cookie is sent over HTTPS only, even where the port itself is"
              + " plain.");
  private static final Key<Duration> WINDOW_AGE =
      Key.millis("window.ms", "30000", "How long recent events are kept for reconnects.");
  private static final Key<Integer> WINDOW_BYTES =
      Key.number(
          "window.bytes.max",
          "67108864",
          "How much of them is kept at most, in bytes.",
          1 << 20,
          Integer.MAX_VALUE);
  private static final Key<Integer> QUEUE_BYTES =
      Key.number(
          "queue.bytes.max",
          "1048576",
          "How many bytes may wait for one connection before its subscriptions are behind.",
          4096,
          1 << 30);
  private static final Key<Integer> QUEUE_ANSWER_BYTES =
      Key.number(
          "queue.answer.bytes.max",
          "524288",
          "How many bytes of answers may wait beside them before it is closed with 4409.",
          4096,
          1 << 30);
  private static final Key<Integer> QUEUE_ENTRIES =
      Key.number(
          "queue.entries.max",
          "8192",
          "How many entries may wait for one connection: frames, or runs of events.",
          16,
          1 << 20);
  private static final Key<Integer> QUEUES_BYTES =
      Key.number(
          "queues.bytes.max",
          "0",
          "How many bytes may wait for all connections together; 0 for a quarter of the heap.",
          0,
          Integer.MAX_VALUE);
  private static final Key<Integer> SEND_BUFFER =
      Key.number(
          "socket.send.buffer.bytes",
          "0",
          "The system's send buffer of a WebSocket, which is in front of its queue; 0: its own"
              + " choice.",
          0,
          1 << 30);
  private static final Key<Integer> CONNECTIONS =
      Key.number("connections.max", "100000", "Connections open at once.", 1, 10_000_000);
  private static final Key<Integer> HANDSHAKES =
      Key.number(
          "handshakes.per.second",
          "0",
          "New connections per second; 0 for 2500 for each core.",
          0,
          1_000_000);
  private static final Key<Integer> PER_USER =
      each("connections.per.user.max", "100", "Connections of one user open at once; 0: no bound.");
  private static final Key<Integer> PER_DEVICE =
      each(
          "connections.per.device.max",
          "30",
          "Connections of one device of a user, such as its tabs, open at once; 0: no bound.");
  private static final Key<Integer> PER_ADDRESS =
      each(
          "connections.per.address.max",
          "2000",
          "Connections of one client's address open at once, loopback apart; 0: no bound.");
  private static final Key<Integer> PER_TENANT =
      each(
          "connections.per.tenant.max",
          "0",
          "Connections of one tenant open at once; 0: no bound.");
  private static final Key<Integer> ADDRESS_HANDSHAKES =
      each(
          "handshakes.per.address.per.second",
          "200",
          "New connections of one client's address per second, loopback apart; 0: no bound.");
  private static final Key<Integer> TENANT_HANDSHAKES =
      each(
          "handshakes.per.tenant.per.second",
          "0",
          "New connections of one tenant per second; 0: no bound.");
  private static final Key<Integer> RESUMES =
      Key.number(
          "resumes.per.second",
          "0",
          "Channels subscribed to per second, over all connections; 0 for 5000 for each core.",
          0,
          1_000_000);
  private static final Key<Integer> SUBSCRIPTIONS =
      Key.number(
          "subscriptions.max",
          "1000",
          "Channels per connection; a contract may say less.",
          1,
          100_000);
  private static final Key<Integer> MESSAGE_BYTES =
      Key.number(
          "message.bytes.max", "65536", "Largest message of a client, in bytes.", 1024, 1 << 24);
  private static final Key<Integer> FRAMES =
      Key.number(
          "frames.per.second", "500", "Frames per second that a client may send.", 1, 1_000_000);
  private static final Key<Integer> FRAMES_BURST =
      Key.number("frames.burst", "10000", "Frames that a client may send at once.", 1, 10_000_000);
  private static final Key<Duration> HELLO_WAIT =
      Key.millis("hello.wait.ms", "5000", "How long a client may take to say hello.");
  private static final Key<Duration> HEARTBEAT =
      Key.millis(
          "heartbeat.ms",
          "15000",
          "How often a client gives a sign of life; silence of 2.5 times that closes.");
  private static final Key<Duration> EXPIRY_GRACE =
      Key.millis("expiry.grace.ms", "2000", "How long a connection outlives its token.");
  private static final Key<Duration> STALL =
      Key.millis("stall.ms", "30000", "How long a client may read nothing before 4409.");
  private static final Key<Duration> JOIN_TIMEOUT =
      Key.millis("join.timeout.ms", "3000", "How long the catch-up service may take to answer.");
  private static final Key<Integer> JOIN_REQUESTS =
      Key.number("join.requests.max", "32", "Questions to it under way at once.", 1, 1024);
  private static final Key<Integer> JOIN_WAITING =
      Key.number(
          "join.waiting.max", "50000", "Subscribes that wait for such a question.", 1, 10_000_000);
  private static final Key<Duration> JOIN_GATHER =
      Key.millis(
          "join.gather.ms",
          "5",
          "How long questions about a partition are gathered while one about it is under way.");
  private static final Key<Duration> PACE_REST =
      Key.millis(
          "pace.rest.ms",
          "40",
          "Longest rest between two rounds of writes under load; 0 for none.");
  private static final Key<Integer> INBOX =
      Key.number("inbox.max", "1024", "Batches that wait for one I/O thread.", 16, 1 << 20);

  /** How much of the recent past is kept. */
  public record Window(long ms, long bytesMax) {}

  /** What may wait for one connection, and for all of them together. */
  public record Queue(SendQueue.Bounds bounds, long budgetBytes, int sendBufferBytes) {}

  /** What a client may do. */
  public record Limits(
      int connections,
      int handshakesPerSecond,
      int resumesPerSecond,
      int subscriptions,
      int messageBytes,
      int framesPerSecond,
      int framesBurst) {}

  /** How long things may take, in milliseconds. */
  public record Times(long helloWaitMs, long heartbeatMs, long expiryGraceMs, long stallMs) {}

  /** How the stores are asked. */
  public record Join(Duration timeout, int requestsMax, int waitingMax, Duration gather) {}

  /** How I/O threads are paced and fed. */
  public record Pacing(long restMs, int inboxMax) {}

  /** All settings. */
  public static List<Key<?>> keys() {
    return List.of(
        SharedKeys.KAFKA_BOOTSTRAP,
        CATCHUP_URL,
        SharedKeys.SERVICE_KEY,
        SharedKeys.KEYS_FILE,
        SharedKeys.CONTRACTS_DIR,
        SharedKeys.ORIGINS,
        RegionConfig.NAME,
        RegionConfig.HOME,
        OtherRegions.SETTING,
        COOKIE_SECURE,
        Proxies.TRUSTED,
        SharedKeys.TLS_CA,
        WINDOW_AGE,
        WINDOW_BYTES,
        QUEUE_BYTES,
        QUEUE_ANSWER_BYTES,
        QUEUE_ENTRIES,
        QUEUES_BYTES,
        SEND_BUFFER,
        CONNECTIONS,
        HANDSHAKES,
        PER_USER,
        PER_DEVICE,
        PER_ADDRESS,
        PER_TENANT,
        ADDRESS_HANDSHAKES,
        TENANT_HANDSHAKES,
        RESUMES,
        SUBSCRIPTIONS,
        MESSAGE_BYTES,
        FRAMES,
        FRAMES_BURST,
        HELLO_WAIT,
        HEARTBEAT,
        EXPIRY_GRACE,
        STALL,
        JOIN_TIMEOUT,
        JOIN_REQUESTS,
        JOIN_WAITING,
        JOIN_GATHER,
        PACE_REST,
        INBOX,
        DrainConfig.NOTICE,
        DrainConfig.PER_SECOND,
        DrainConfig.WINDOW,
        DrainConfig.DEADLINE,
        SharedKeys.OTLP_URL);
  }

  /** From settings that were loaded with {@link #keys}. */
  public static GatewayConfig from(Settings settings) {
    return new GatewayConfig(
        settings.get(SharedKeys.KAFKA_BOOTSTRAP),
        settings.get(CATCHUP_URL),
        settings.get(SharedKeys.SERVICE_KEY),
        settings.get(SharedKeys.KEYS_FILE),
        settings.get(SharedKeys.CONTRACTS_DIR).orElse(null),
        settings.get(SharedKeys.ORIGINS),
        RegionConfig.from(settings),
        settings.get(COOKIE_SECURE),
        settings.get(Proxies.TRUSTED),
        settings.get(SharedKeys.TLS_CA),
        new Guests.Limits(
            settings.get(PER_USER),
            settings.get(PER_DEVICE),
            settings.get(PER_ADDRESS),
            settings.get(PER_TENANT),
            settings.get(ADDRESS_HANDSHAKES),
            settings.get(TENANT_HANDSHAKES)),
        new Window(positive(settings, WINDOW_AGE), settings.get(WINDOW_BYTES)),
        new Queue(
            new SendQueue.Bounds(
                settings.get(QUEUE_BYTES),
                settings.get(QUEUE_ENTRIES),
                settings.get(QUEUE_ANSWER_BYTES)),
            budget(settings.get(QUEUES_BYTES)),
            settings.get(SEND_BUFFER)),
        new Limits(
            settings.get(CONNECTIONS),
            perCore(settings.get(HANDSHAKES), HANDSHAKES_PER_CORE),
            perCore(settings.get(RESUMES), RESUMES_PER_CORE),
            settings.get(SUBSCRIPTIONS),
            settings.get(MESSAGE_BYTES),
            settings.get(FRAMES),
            settings.get(FRAMES_BURST)),
        new Times(
            positive(settings, HELLO_WAIT),
            positive(settings, HEARTBEAT),
            settings.get(EXPIRY_GRACE).toMillis(),
            positive(settings, STALL)),
        new Join(
            Duration.ofMillis(positive(settings, JOIN_TIMEOUT)),
            settings.get(JOIN_REQUESTS),
            settings.get(JOIN_WAITING),
            settings.get(JOIN_GATHER)),
        new Pacing(settings.get(PACE_REST).toMillis(), settings.get(INBOX)),
        DrainConfig.from(settings),
        settings.get(SharedKeys.OTLP_URL));
  }

  private static Key<Integer> each(String name, String fallback, String doc) {
    return Key.number(name, fallback, doc, 0, 10_000_000);
  }

  private static long budget(int chosen) {
    return chosen > 0 ? chosen : Runtime.getRuntime().maxMemory() / 4;
  }

  private static int perCore(int chosen, int each) {
    return chosen > 0 ? chosen : each * Runtime.getRuntime().availableProcessors();
  }

  private static long positive(Settings settings, Key<Duration> key) {
    long millis = settings.get(key).toMillis();
    if (millis == 0) {
      throw new SettingsException(key.name() + "=0 is wrong: must be at least 1 millisecond");
    }
    return millis;
  }
}
