package io.tailrace.standalone.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tailrace.client.ChannelEvent;
import io.tailrace.client.ChannelListener;
import io.tailrace.client.Draft;
import io.tailrace.client.EventPage;
import io.tailrace.client.EventQuery;
import io.tailrace.client.Place;
import io.tailrace.client.Published;
import io.tailrace.client.RefusedException;
import io.tailrace.client.TailraceClient;
import io.tailrace.client.Transport;
import io.tailrace.client.channel.Trouble;
import io.tailrace.schemas.testkit.Await;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
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
      Kept kept = new Kept();
      client.subscribe("nokind:x", 0, kept);
      Await.until("the subscription is refused", () -> !kept.ends.isEmpty());
    }
  }

  private static void publish(TailraceClient client, String channel, String text, boolean await) {
    client
        .publisher()
        .publish(
            channel,
            Draft.of("message.posted", "{\"text\":\"" + text + "\"}"),
            UUID.randomUUID().toString(),
            await);
  }

  private static TailraceClient client(String user, Transport transport) {
    String token =
        Installation.open(folder).token("demo", user, Set.of(), null, Duration.ofHours(1));
    return TailraceClient.builder("http://127.0.0.1:" + system.port())
        .token(() -> token)
        .transport(transport)
        .backoff(50, 1000)
        .build();
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
