package io.tailrace.standalone.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.client.Cached;
import io.tailrace.client.ChannelEvent;
import io.tailrace.client.ChannelListener;
import io.tailrace.client.ChannelStatus;
import io.tailrace.client.ClientBuilder;
import io.tailrace.client.ConnectionListener;
import io.tailrace.client.Draft;
import io.tailrace.client.EventPage;
import io.tailrace.client.EventQuery;
import io.tailrace.client.MyChannel;
import io.tailrace.client.Place;
import io.tailrace.client.Published;
import io.tailrace.client.RefusedException;
import io.tailrace.client.Sending;
import io.tailrace.client.Signal;
import io.tailrace.client.TailraceClient;
import io.tailrace.client.Transport;
import io.tailrace.client.channel.Trouble;
import io.tailrace.client.keep.FileCache;
import io.tailrace.schemas.testkit.Await;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The Java client against the whole system. */
class JavaClientIT {
  @TempDir static Path folder;
  private static Standalone system;

  @BeforeAll
  static void start() {
    system =
        Standalone.start(
            new Standalone.Options(folder, "127.0.0.1", 0, false), System.out::println);
  }

  @AfterAll
  static void stop() {
    system.close();
  }

  @ParameterizedTest
  @EnumSource(Transport.class)
  void everyEventOnceAndInOrderAcrossCutConnections(Transport transport) {
    String channel = "chat:cuts-" + transport.name().toLowerCase(Locale.ROOT);
    long seed = Long.getLong("tailrace.seed", System.nanoTime());
    System.out.println("JavaClientIT: -Dtailrace.seed=" + seed);
    Random random = new Random(seed);
    Kept kept = new Kept();
    try (TailraceClient writer = client("ann", Transport.WEBSOCKET);
        TailraceClient reader = client("ben", transport)) {
      reader.subscribe(channel, 0, kept);
      for (int i = 1; i <= 400; i++) {
        publish(writer, channel, "m" + i, i % 20 == 0);
        if (random.nextInt(25) == 0) {
          reader.cutConnection();
        }
      }
      Await.until("all events have come", () -> kept.events.size() >= 400);
      // The live feed runs ahead of what is committed, by one commit interval.
      EventPage history = writer.history().events(channel, new EventQuery(0, 1000, null, 400, 0));
      assertEquals(400, history.head());
      assertEquals(keys(history.events()), keys(kept.events));
      assertEquals(List.of(), kept.faults);
    }
  }

  @Test
  void catchesUpFromFarBehindWhileOthersWrite() {
    String channel = "chat:far";
    Kept kept = new Kept();
    try (TailraceClient writer = client("ann", Transport.WEBSOCKET);
        TailraceClient reader = client("ben", Transport.WEBSOCKET)) {
      for (int i = 1; i <= 1500; i++) {
        publish(writer, channel, "m" + i, i % 500 == 0);
      }
      reader.subscribe(channel, new Place(1, 10, null), kept);
      for (int i = 1; i <= 100; i++) {
        publish(writer, channel, "live" + i, false);
      }
      Await.until("all events have come", () -> kept.events.size() >= 1590);
      assertEquals(11, kept.events.getFirst().seq());
      assertEquals(1600, kept.events.getLast().seq());
      assertEquals(List.of(), kept.faults);
    }
  }

  @Test
  void anAuthorReadsItsOwnWriteAndAKeyIsAnsweredOnce() {
    try (TailraceClient client = client("ann", Transport.WEBSOCKET)) {
      String key = UUID.randomUUID().toString();
      Draft draft = Draft.of("message.posted", "{ \"text\": \"a\", \"n\": 1.10 }");
      Published first = client.publisher().publish("chat:own", draft, key, true);
      Published second = client.publisher().publish("chat:own", draft, key, true);
      assertEquals(first.seq(), second.seq());
      assertNotNull(first.seq());
      EventPage page =
          client.history().events("chat:own", new EventQuery(0, 10, null, first.seq(), 0));
      assertEquals(draft.data().strip(), page.events().getFirst().dataText().strip());
    }
  }

  @Test
  void refusalsAreTold() {
    try (TailraceClient client = client("ann", Transport.WEBSOCKET)) {
      RefusedException refused =
          assertThrows(
              RefusedException.class,
              () ->
                  client
                      .publisher()
                      .publish("chat:bad", Draft.of("message.posted", "{\"text\":1}")));
      assertEquals("invalid_event", refused.code());
      assertEquals("/data/text", refused.pointer());
      Kept kept = new Kept();
      client.subscribe("nokind:x", 0, kept);
      Await.until("the subscription is refused", () -> !kept.ends.isEmpty());
    }
  }

  @Test
  void sendsAreCommittedInOrderAcrossCutConnectionsAndSettledByTheEventOrTheAnswer() {
    String channel = "chat:sends";
    Kept kept = new Kept();
    try (TailraceClient client = client("ann", Transport.WEBSOCKET)) {
      client.subscribe(channel, 0, kept);
      List<Sending> sendings = new ArrayList<>();
      for (int i = 1; i <= 60; i++) {
        sendings.add(client.send(channel, Draft.of("message.posted", text("s" + i))));
        if (i % 20 == 0) {
          client.cutConnection();
        }
      }
      Sending bad = client.send(channel, Draft.of("message.posted", "{\"text\":1}"));
      Sending last = client.send(channel, Draft.of("message.posted", text("last")));

      assertNotNull(last.outcome().join());
      Await.until("all events have come", () -> kept.events.size() >= 61);
      assertEquals(
          Stream.concat(sendings.stream(), Stream.of(last)).map(Sending::id).toList(),
          kept.events.stream().map(event -> event.envelope().id()).toList());
      Throwable why =
          assertThrows(CompletionException.class, () -> bad.outcome().join()).getCause();
      assertEquals("/data/text", assertInstanceOf(RefusedException.class, why).pointer());
      assertEquals(List.of(), client.pending(channel));
    }
  }

  @Test
  void aRestartGoesOnFromWhatTheCacheHolds() {
    String channel = "chat:cached";
    Path cache = folder.resolve("cache");
    try (TailraceClient writer = client("ann", Transport.WEBSOCKET)) {
      publish(writer, channel, "before", true);
      Kept first = new Kept();
      try (TailraceClient reader =
          builder("ben", Transport.WEBSOCKET).cache(new FileCache(cache)).build()) {
        reader.subscribe(channel, 0, first);
        Await.until("the event has come", () -> first.events.size() == 1);
      }
      publish(writer, channel, "meanwhile", true);

      Kept second = new Kept();
      try (TailraceClient reader =
          builder("ben", Transport.WEBSOCKET).cache(new FileCache(cache)).build()) {
        reader.subscribe(channel, 0, second);
        Await.until("the other event has come", () -> second.events.size() == 1);
        Await.until("it is live", () -> second.statuses.getLast() == ChannelStatus.LIVE);
      }
      assertEquals(keys(first.events), keys(second.cached));
      assertEquals(2, second.events.getFirst().seq());
      assertEquals(ChannelStatus.CACHED, second.statuses.getFirst());
    }
  }

  @Test
  void whereOnlyPlainHttpGetsThroughAStreamDoesUntilWebSocketWorks() throws IOException {
    String channel = "chat:proxied";
    Kept kept = new Kept();
    List<Transport> ways = new CopyOnWriteArrayList<>();
    ConnectionListener noted =
        new ConnectionListener() {
          @Override
          public void onTransport(Transport way) {
            ways.add(way);
          }
        };
    try (PickyProxy proxy = new PickyProxy(system.port());
        TailraceClient writer = client("ann", Transport.WEBSOCKET);
        TailraceClient reader =
            TailraceClient.builder("http://127.0.0.1:" + proxy.port())
                .token(() -> token("ben"))
                .connectionListener(noted)
                .backoff(50, 500)
                .build()) {
      reader.subscribe(channel, 0, kept);
      publish(writer, channel, "by stream", true);
      Await.until("the event has come", () -> kept.events.size() == 1);
      assertEquals(List.of(Transport.SSE), List.copyOf(ways));

      proxy.letWebSocketsThrough();
      // It tries half a minute after the stream has begun; where that fails, a minute later.
      Await.until("it moves", Duration.ofMinutes(4), () -> ways.getLast() == Transport.WEBSOCKET);
      publish(writer, channel, "by socket", true);
      Await.until("the other event has come", () -> kept.events.size() == 2);
      assertEquals(List.of(), kept.faults);
    }
  }

  @Test
  void typingAndReceiptsAreShownToTheOthersAndWhatIsUnreadIsCounted() {
    String channel = "chat:beside";
    Kept ann = new Kept();
    Kept ben = new Kept();
    try (TailraceClient writer = client("ann", Transport.WEBSOCKET);
        TailraceClient reader = client("ben", Transport.WEBSOCKET)) {
      for (int i = 1; i <= 3; i++) {
        publish(writer, channel, "m" + i, true);
      }
      writer.subscribe(channel, 0, ann);
      reader.subscribe(channel, 0, ben);
      Await.until("all is there", () -> ann.events.size() == 3 && ben.events.size() == 3);
      // A signal may be lost.
      Await.until(
          "typing is shown",
          () -> {
            reader.signal(channel, "typing", "{\"on\":true}");
            return ann.signals.stream().anyMatch(one -> one.user().equals("ben"));
          });
      reader.read(channel, 2);
      Await.until("the author sees it", () -> Long.valueOf(2).equals(ann.read.get("ben")));
      reader.cutConnection();
      reader.read(channel, 99);
      Await.until("so is what was read meanwhile", () -> ann.read.equals(Map.of("ben", 3L)));
      Await.until("its reader too", () -> ben.read.equals(Map.of("ben", 3L)));

      publish(writer, channel, "m4", true);
      Await.until(
          "it is counted",
          () ->
              reader.history().myChannels().stream()
                  .anyMatch(one -> one.equals(new MyChannel(channel, 4, 3, 1, null))));
      assertEquals(Map.of("ben", 3L), reader.history().receipts(channel).read());
      Kept late = new Kept();
      writer.subscribe(channel, 0, late);
      Await.until("who comes later is told", () -> late.read.equals(Map.of("ben", 3L)));
    }
  }

  /** The README's first example, run as it is written. */
  @Test
  void theFirstExampleRunsAsWritten() throws IOException, InterruptedException {
    String page = Files.readString(Path.of("..", "..", "clients", "java", "README.md"));
    int begin = page.indexOf("```java\n") + "```java\n".length();
    Path example = folder.resolve("Example.java");
    Files.writeString(example, page.substring(begin, page.indexOf("```", begin)));
    ProcessBuilder java =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            example.toString());
    java.environment().put("TAILRACE_URL", "http://127.0.0.1:" + system.port());
    java.environment().put("TAILRACE_TOKEN", token("ann"));
    Process process = java.redirectErrorStream(true).start();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), printed);
    assertTrue(printed.contains("{\"text\":\"hello\"}"), printed);
  }

  private static String text(String text) {
    return "{\"text\":\"" + text + "\"}";
  }

  private static void publish(TailraceClient client, String channel, String text, boolean await) {
    client
        .publisher()
        .publish(
            channel, Draft.of("message.posted", text(text)), UUID.randomUUID().toString(), await);
  }

  private static TailraceClient client(String user, Transport transport) {
    return builder(user, transport).build();
  }

  private static ClientBuilder builder(String user, Transport transport) {
    String token = token(user);
    return TailraceClient.builder("http://127.0.0.1:" + system.port())
        .token(() -> token)
        .transport(transport)
        .backoff(50, 1000);
  }

  private static String token(String user) {
    return Installation.open(folder).token("demo", user, Set.of(), null, Duration.ofHours(1));
  }

  private static List<String> keys(List<ChannelEvent> events) {
    return events.stream()
        .map(e -> e.epoch() + "." + e.seq() + " " + e.chain() + " " + e.dataText())
        .toList();
  }

  /** Keeps what it is told. */
  private static final class Kept implements ChannelListener {
    private final List<ChannelEvent> events = new CopyOnWriteArrayList<>();
    private final List<String> faults = new CopyOnWriteArrayList<>();
    private final List<String> ends = new CopyOnWriteArrayList<>();
    private final List<ChannelEvent> cached = new CopyOnWriteArrayList<>();
    private final List<ChannelStatus> statuses = new CopyOnWriteArrayList<>();
    private volatile List<Signal> signals = List.of();
    private volatile Map<String, Long> read = Map.of();

    @Override
    public void onSignals(List<Signal> now) {
      signals = now;
    }

    @Override
    public void onReceipts(Map<String, Long> now) {
      read = now;
    }

    @Override
    public boolean wantsReceipts() {
      return true;
    }

    @Override
    public void onCached(Cached held) {
      cached.addAll(held.events());
    }

    @Override
    public void onStatus(ChannelStatus status) {
      statuses.add(status);
    }

    @Override
    public void onEvent(ChannelEvent event) {
      events.add(event);
    }

    @Override
    public void onReset(int epoch, long after) {
      faults.add("reset to " + after);
    }

    @Override
    public void onTrouble(Trouble trouble, String detail) {
      if (trouble == Trouble.CHAIN || trouble == Trouble.GAP) {
        faults.add(trouble + " " + detail);
      }
    }

    @Override
    public void onEnded(String code, String detail) {
      ends.add(code);
    }
  }
}
