package io.tailrace.load.compose;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.tailrace.load.command.VerdictText;
import io.tailrace.load.driver.Counters;
import io.tailrace.load.driver.Crew;
import io.tailrace.load.driver.Http;
import io.tailrace.load.driver.JsClient;
import io.tailrace.load.driver.LongPollFollower;
import io.tailrace.load.driver.SocketFollower;
import io.tailrace.load.driver.SseFollower;
import io.tailrace.load.fault.Victims;
import io.tailrace.load.field.Run;
import io.tailrace.load.oracle.Verdict;
import io.tailrace.load.scenario.Killings;
import io.tailrace.load.scenario.Progress;
import io.tailrace.load.scenario.Verification;
import io.tailrace.load.scenario.VerifyOptions;
import io.tailrace.load.target.Target;
import io.tailrace.schemas.testkit.Await;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The stack that people start with one command, from the outside, through its proxy. */
class ComposeIT {
  private static final String RECORDS = "tailrace_gateway_records_total";

  /** How long the second region is cut off, in seconds; people are gone after 90. */
  private static final int CUT_SECONDS = Integer.getInteger("region.cut.seconds", 20);

  private static final int GONE_AFTER_SECONDS = 90 + 30;

  @TempDir static Path folder;
  static @Nullable Stack stack;

  @BeforeAll
  static void start() throws Exception {
    Docker docker;
    try {
      docker = Docker.find(Stack.images());
    } catch (Docker.MissingException e) {
      System.out.println("ComposeIT is skipped: " + e.getMessage());
      abort(e.getMessage());
      return;
    }
    stack = Stack.up(docker, folder);
  }

  @AfterAll
  static void stop() {
    if (stack != null) {
      stack.close();
    }
  }

  private static Stack running() {
    return Objects.requireNonNull(stack);
  }

  @Test
  void itHoldsWhileAGatewayIsReplacedAndASequencerKilled() throws Exception {
    long seed = new Random().nextInt(1_000_000);
    System.out.println("seed " + seed);
    var options = new VerifyOptions(40, 4, 2, 60, 6, 1, 180, seed);
    try (var js = JsClient.open();
        var restarts = new Killings(new OneAfterTheOther(running()), 2, 2_000, seed);
        var verification =
            new Verification(options, running().target(), restarts, Progress.SILENT, js)) {

      var result = verification.run();

      var text = new VerdictText(result).print(false);
      System.out.println(text);
      var holds = assertInstanceOf(Verdict.Holds.class, result.verdict(), text);
      assertTrue(holds.events() > 0, text);
      assertTrue(restarts.enough(), text);
    }
  }

  @Test
  void theSecondRegionHasTheSameEventsUnderTheSameNumbersAlsoAfterItWasCutOff() throws Exception {
    var regions = running();
    regions.addSecondRegion();
    var home = regions.target();
    var second = regions.target("proxy-second");
    var random = new Random();
    String channel = "chat:regions-%06x".formatted(random.nextInt(1 << 24));
    var crew = new Crew(home);
    try (var roaming = Roaming.start(home);
        var run = new Run(crew, null, channel)) {
      run.add(new SocketFollower(run.seat("at home"), true, crew, home, random));
      run.add(new SocketFollower(run.seat("far, ws"), true, crew, second, random));
      run.add(new SseFollower(run.seat("far, sse"), crew, second, random));
      run.add(new LongPollFollower(run.seat("far, poll"), crew, second, random));
      var traveller = new SocketFollower(run.seat("moves"), true, crew, roaming.target(), random);
      run.add(traveller);
      run.publish(20);
      post(crew.http("writer", second), channel); // goes home
      awaitHead(crew.http("reader", second), channel, 21);
      run.awaitAll(21);

      roaming.moveTo(second.gateway());
      run.publish(20);
      run.awaitAll(41);
      assertEquals(0, crew.counters().of(Counters.Name.RESETS));

      long head;
      try (var ann = Person.enter(home, "ann", channel, 41);
          var bob = Person.enter(second, "bob", channel, 41)) {
        awaitBothRegionsShow(ann, bob);
        for (var region : List.of(home, second)) {
          Await.until(
              "who is here over HTTP",
              () -> here(crew.http("reader", region), channel).containsAll(Set.of("ann", "bob")));
        }
        bob.read(40);
        awaitReadEverywhere(crew, List.of(home, second), channel, 40, 1);
        Await.until("and is shown", () -> ann.shownRead("bob") == 40);

        regions.cutOff();
        bob.read(41);
        head = 41 + publishForAWhile(run, CUT_SECONDS, () -> ann.sees("bob"));
        awaitHead(crew.http("reader"), channel, head);
        assertEquals(41, head(crew.http("reader", second), channel));
        assertEquals(41, traveller.last(channel));
        assertEquals(40, readOf(crew.http("bob", home), channel));
        ann.forgetTyping();
        bob.forgetTyping();
        long joined = System.nanoTime();
        regions.joinAgain();
        awaitHead(crew.http("reader", second), channel, head);
        run.awaitAll(head);
        System.out.printf(
            "cut off for %d s, %d events: caught up within %.1f s%n",
            CUT_SECONDS, head - 41, (System.nanoTime() - joined) / 1e9);
        awaitBothRegionsShow(ann, bob);
        awaitReadEverywhere(crew, List.of(home, second), channel, 41, head - 41);
        Await.until("and is shown", () -> ann.shownRead("bob") == 41 && bob.shownRead("bob") == 41);
      }

      // Killed, it says again what it has not noted; with nothing noted, that is everything.
      regions.compose("kill", "-s", "SIGKILL", "mirror");
      regions.forgetWhatIsMirrored();
      double before = regions.metric("gateway-second", RECORDS);
      regions.compose("start", "mirror");
      run.publish(20);
      awaitHead(crew.http("reader", second), channel, head + 20);
      run.expectExact(head + 20);
      assertTrue(regions.metric("gateway-second", RECORDS) - before >= head + 20, "repeats came");

      for (long after = 0; after < head + 20; after += 1000) {
        assertEquals(
            history(crew.http("reader"), channel, after),
            history(crew.http("reader", second), channel, after));
      }
      assertEquals(0, crew.counters().of(Counters.Name.RESETS));
    }
  }

  private static void post(Http http, String channel) {
    var body = "{\"type\":\"message.posted\",\"data\":{\"text\":\"from far away\"}}";
    Await.until(
        "a write from the second region",
        () -> {
          var answer =
              http.post(
                  "/v1/channels/" + channel + "/events",
                  body.getBytes(StandardCharsets.UTF_8),
                  Map.of("Idempotency-Key", "from-far-away"));
          return answer.status() == 201 || answer.status() == 202;
        });
  }

  /** A mirror that starts takes its time, on a machine where everything else runs too. */
  private static void awaitHead(Http http, String channel, long head) {
    Await.until("head " + head, Duration.ofMinutes(10), () -> head(http, channel) == head);
  }

  private static long head(Http http, String channel) throws IOException, InterruptedException {
    return http.get("/v1/channels/" + channel).json().path("head").asLong();
  }

  private static JsonNode history(Http http, String channel, long after)
      throws IOException, InterruptedException {
    return http.get("/v1/channels/%s/events?after=%d&limit=1000".formatted(channel, after)).json();
  }

  private static void awaitBothRegionsShow(Person ann, Person bob) {
    Await.until(
        "each is shown the other", Duration.ofMinutes(3), () -> ann.sees("bob") && bob.sees("ann"));
    Await.until("and that they type", () -> ann.sawTyping("bob") && bob.sawTyping("ann"));
  }

  private static Set<String> here(Http http, String channel)
      throws IOException, InterruptedException {
    var users = new TreeSet<String>();
    http.get("/v1/channels/" + channel + "/presence")
        .json()
        .path("members")
        .forEach(member -> users.add(member.path("user").asText()));
    return users;
  }

  /** What bob has read counts in each region. */
  private static void awaitReadEverywhere(
      Crew crew, List<Target> regions, String channel, long read, long unread) {
    for (var region : regions) {
      Await.until(
          "read " + read,
          Duration.ofMinutes(3),
          () -> {
            var mine = mine(crew.http("bob", region), channel);
            return mine.path("read").asLong(-1) == read && mine.path("unread").asLong() == unread;
          });
    }
  }

  private static long readOf(Http http, String channel) throws IOException, InterruptedException {
    return mine(http, channel).path("read").asLong();
  }

  private static JsonNode mine(Http http, String channel) throws IOException, InterruptedException {
    for (var mine : http.get("/v1/me/channels").json().path("channels")) {
      if (mine.path("channel").asText().equals(channel)) {
        return mine;
      }
    }
    return MissingNode.getInstance();
  }

  /**
   * Writes five events a second, 300 at least.
   *
   * @param seen whether the other region's people are shown, which they are not for ever
   * @return how many were written
   */
  private static long publishForAWhile(Run run, int seconds, BooleanSupplier seen)
      throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    long written = 0;
    while (System.nanoTime() < end || written < 300) {
      run.publish(5);
      written += 5;
      if (written < 5L * seconds) {
        TimeUnit.SECONDS.sleep(1);
      }
    }
    if (seconds > GONE_AFTER_SECONDS) {
      assertFalse(seen.getAsBoolean(), "gone after a time to live");
    }
    return written;
  }

  /** A gateway is replaced, a sequencer is killed, and so on. */
  private static final class OneAfterTheOther implements Victims {
    private final Stack stack;
    private int turn;

    OneAfterTheOther(Stack stack) {
      this.stack = stack;
    }

    @Override
    public Target target() {
      throw new UnsupportedOperationException();
    }

    @Override
    public String killOne(RandomGenerator random) throws InterruptedException {
      if (turn++ % 2 == 0) {
        stack.restart("gateway-1");
        return "gateway-1";
      }
      stack.kill("sequencer-1");
      return "sequencer-1";
    }

    @Override
    public void close() {}
  }
}
