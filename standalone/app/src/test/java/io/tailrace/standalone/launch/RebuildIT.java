package io.tailrace.standalone.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.client.ChannelEvent;
import io.tailrace.client.ChannelListener;
import io.tailrace.client.Draft;
import io.tailrace.client.EventPage;
import io.tailrace.client.EventQuery;
import io.tailrace.client.Place;
import io.tailrace.client.TailraceClient;
import io.tailrace.embed.EmbedException;
import io.tailrace.embed.KafkaBroker;
import io.tailrace.embed.PostgresAddress;
import io.tailrace.embed.PostgresServer;
import io.tailrace.schemas.testkit.Await;
import io.tailrace.schemas.topic.Topics;
import io.tailrace.standalone.cli.Tailrace;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code tailrace rebuild} on a whole installation, and what its clients see of it. */
class RebuildIT {
  private static final Duration LONGEST = Duration.ofMinutes(5);
  private static final int EVENTS = 60;
  private static final String CHANNEL = "chat:rebuilt";

  @TempDir Path folder;

  private Standalone startSystem() {
    return Standalone.start(
        new Standalone.Options(folder, "127.0.0.1", 0, false), System.out::println);
  }

  private TailraceClient client(Standalone system) {
    String token =
        Installation.open(folder).token("demo", "ann", Set.of(), null, Duration.ofHours(1));
    return TailraceClient.builder("http://127.0.0.1:" + system.port())
        .token(() -> token)
        .backoff(50, 1000)
        .build();
  }

  private static void publish(TailraceClient client, int from, int to) {
    for (int i = from; i <= to; i++) {
      client
          .publisher()
          .publish(
              CHANNEL,
              Draft.of("message.posted", "{\"text\":\"m" + i + "\"}"),
              UUID.randomUUID().toString(),
              i == to);
    }
  }

  private static List<ChannelEvent> history(TailraceClient client) {
    EventPage page =
        client.history().events(CHANNEL, new EventQuery(0, 1000, null, (long) EVENTS, 0));
    return page.events();
  }

  private static List<String> texts(List<ChannelEvent> events) {
    return events.stream().map(ChannelEvent::dataText).toList();
  }

  private static void assertContiguous(List<ChannelEvent> events, int epoch) {
    for (int i = 0; i < events.size(); i++) {
      assertEquals(i + 1, events.get(i).seq());
      assertEquals(epoch, events.get(i).epoch());
    }
  }

  /** All of Kafka's topics of Tailrace's, the sequencer's changelogs too. */
  private void loseTopics() throws Exception {
    try (KafkaBroker broker = KafkaBroker.start(folder.resolve("kafka"), 0);
        Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()))) {
      List<String> ours =
          admin.listTopics().names().get().stream().filter(t -> t.startsWith("tailrace")).toList();
      assertTrue(ours.contains(Topics.EVENTS));
      admin.deleteTopics(ours).all().get();
    }
  }

  private int run(String... arguments) {
    StringWriter output = new StringWriter();
    int code =
        Tailrace.commandLine()
            .setOut(new PrintWriter(output, true))
            .setErr(new PrintWriter(output, true))
            .execute(arguments);
    System.out.println(output);
    return code;
  }

  private String[] rebuild() {
    return new String[] {"rebuild", "--data", folder.toString()};
  }

  @Test
  void lostTopicsComeBackAsTheNextEpochAndAClientIsResetOnce() throws Exception {
    List<ChannelEvent> before;
    try (Standalone system = startSystem();
        TailraceClient client = client(system)) {
      publish(client, 1, EVENTS);
      before = history(client);
      assertContiguous(before, 1);
      IllegalStateException refusal =
          assertThrows(IllegalStateException.class, () -> Rebuilding.of(folder, Map.of()));
      assertTrue(String.valueOf(refusal.getMessage()).contains("stop it"));
    }
    loseTopics();

    assertEquals(0, run(rebuild()));

    try (Standalone system = startSystem();
        TailraceClient client = client(system)) {
      Await.until("the new epoch", LONGEST, () -> isWhole(history(client), 2));
      List<ChannelEvent> after = history(client);
      assertContiguous(after, 2);
      assertEquals(texts(before), texts(after));
      Kept kept = new Kept();
      client.subscribe(CHANNEL, new Place(1, EVENTS, before.getLast().chain()), kept);
      Await.until("all again", () -> kept.events.size() == EVENTS);
      publish(client, EVENTS + 1, EVENTS + 1);
      Await.until("and what comes now", () -> kept.events.size() == EVENTS + 1);
      assertContiguous(kept.events, 2);
      assertEquals(List.of("2.0"), kept.resets);
    }
  }

  @Test
  void oneThatIsKilledIsBegunAgainAndEndsAsTheNumberAfter() throws Exception {
    try (Standalone system = startSystem();
        TailraceClient client = client(system)) {
      publish(client, 1, EVENTS);
    }
    fill(40_000);
    Process killed = spawn();
    try {
      // Or is over: then it was not seen in time, and the next one is the number after it, too.
      Await.until("it has begun", LONGEST, () -> begun() || !killed.isAlive());
    } finally {
      killed.destroyForcibly();
      killed.waitFor(10, TimeUnit.SECONDS);
    }

    assertEquals(0, run(rebuild()));

    try (Standalone system = startSystem();
        TailraceClient client = client(system)) {
      // The sequencer numbers what the rebuild has published while everything else runs already.
      Await.until("the new epoch", LONGEST, () -> isWhole(history(client), 3));
      assertContiguous(history(client), 3);
    }
  }

  private static boolean isWhole(List<ChannelEvent> events, int epoch) {
    return events.size() == EVENTS && events.getFirst().epoch() == epoch;
  }

  private boolean begun() {
    PostgresAddress address;
    try {
      address = PostgresAddress.find(folder.resolve("postgres"));
    } catch (EmbedException e) {
      return false;
    }
    try (Connection connection =
        DriverManager.getConnection(address.jdbcUrl(), address.user(), address.password())) {
      return number(connection) == 2;
    } catch (Exception e) {
      return false; // PostgreSQL is starting
    }
  }

  private static int number(Connection connection) throws Exception {
    try (Statement statement = connection.createStatement();
        var row = statement.executeQuery("select max(number) from tailrace.incarnation")) {
      row.next();
      return row.getInt(1);
    }
  }

  private void fill(int rows) throws Exception {
    try (PostgresServer postgres = PostgresServer.start(folder.resolve("postgres"), 0);
        Connection connection =
            DriverManager.getConnection(postgres.jdbcUrl(), postgres.user(), postgres.password());
        Statement statement = connection.createStatement()) {
      statement.execute(
          "insert into tailrace.outbox (tenant, channel, type, data)"
              + " select 'demo', 'chat:other-' || n % 50, 'message.posted', '{\"text\":\"x\"}'"
              + " from generate_series(1, "
              + rows
              + ") n");
    }
  }

  private Process spawn() throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            Tailrace.class.getName(),
            "rebuild",
            "--data",
            folder.toString())
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  /** Keeps what it is told; void events go with a reset. */
  private static final class Kept implements ChannelListener {
    private final List<ChannelEvent> events = new CopyOnWriteArrayList<>();
    private final List<String> resets = new CopyOnWriteArrayList<>();

    @Override
    public void onEvent(ChannelEvent event) {
      events.add(event);
    }

    @Override
    public void onReset(int epoch, long after) {
      resets.add(epoch + "." + after);
      events.clear();
    }
  }
}
