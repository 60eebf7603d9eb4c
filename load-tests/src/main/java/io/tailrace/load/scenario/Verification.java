package io.tailrace.load.scenario;

import io.tailrace.load.driver.CommitLog;
import io.tailrace.load.driver.CopyWriter;
import io.tailrace.load.driver.Counters;
import io.tailrace.load.driver.Crew;
import io.tailrace.load.driver.Follower;
import io.tailrace.load.driver.HttpWriter;
import io.tailrace.load.driver.JsClient;
import io.tailrace.load.driver.Ledger;
import io.tailrace.load.driver.Numbered;
import io.tailrace.load.driver.Reader;
import io.tailrace.load.driver.SqlWriter;
import io.tailrace.load.oracle.Counterexample;
import io.tailrace.load.oracle.Oracle;
import io.tailrace.load.oracle.Verdict;
import io.tailrace.load.target.RunningSystem;
import io.tailrace.load.target.Target;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The invariants, checked from the outside while writers write, readers read and connections break.
 * It needs no quiet system and touches only channels of its own, whose names hold the run's id.
 */
public final class Verification implements AutoCloseable {
  private static final long TICK_MS = 100;
  private static final long START_MS = 60_000;

  /** A run goes on until the system was disturbed often enough, but not for ever. */
  private static final int LONGER_AT_MOST = 3;

  /** Events that one act of a writer makes on average, by which the pace is divided. */
  private static final double SQL_EVENTS = 5;

  private static final double COPY_EVENTS = 20;
  private static final double HTTP_EVENTS = 1.5;

  private final VerifyOptions options;
  private final Target target;
  private final Disturbance disturbance;
  private final Progress progress;
  private final @Nullable JsClient js;
  private final Crew crew;
  private final Random random;
  private final String run = UUID.randomUUID().toString().substring(0, 8);
  private int epoch;

  /**
   * @param disturbance what happens to the system meanwhile
   * @param js the product's JavaScript client, or null where Node is missing
   */
  public Verification(
      VerifyOptions options,
      Target target,
      Disturbance disturbance,
      Progress progress,
      @Nullable JsClient js) {
    this.js = js;
    this.disturbance = disturbance;
    this.options = options;
    this.target = target;
    this.progress = progress;
    this.crew = new Crew(target);
    this.random = new Random(options.seed());
  }

  /**
   * Runs it to its end.
   *
   * @throws IOException if the system cannot be reached at the start
   * @throws SQLException likewise
   */
  public VerifyResult run() throws IOException, SQLException, InterruptedException {
    var channels =
        IntStream.rangeClosed(1, options.channels())
            .mapToObj(n -> "chat:verify-" + run + "-" + n)
            .toList();
    try (var connection = target.connect()) {
      RunningSystem.checkMayPublish(connection);
    }
    epoch = awaitEpoch(channels.getFirst());
    var ledger = new Ledger(channels, epoch);
    var slot = "tailrace_verify_" + run;
    try (var commits = CommitLog.open(target.jdbcUrl(), slot, ledger::committed)) {
      try (var subscribers = new Subscribers(channels, new Numbered(crew, epoch), js, child())) {
        for (int i = 0; i < options.subscribers() / 2 + 1; i++) {
          subscribers.start();
        }
        startActors(subscribers, ledger);
        disturbance.begin();
        load(subscribers, ledger);
        return settle(subscribers, ledger, commits);
      }
    }
  }

  private int awaitEpoch(String channel) throws IOException, InterruptedException {
    var http = crew.http("verify");
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(START_MS);
    while (true) {
      String found;
      try {
        var answer = http.get("/v1/channels/" + channel);
        if (answer.status() == 200) {
          return answer.json().path("epoch").asInt();
        }
        found = answer.status() + " " + answer.code();
      } catch (IOException failure) {
        found = failure.toString();
      }
      if (System.nanoTime() > deadline) {
        throw new IOException("GET /v1/channels/%s: %s".formatted(channel, found));
      }
      TimeUnit.MILLISECONDS.sleep(TICK_MS);
    }
  }

  private void startActors(Subscribers subscribers, Ledger ledger) throws IOException {
    double perWay = options.writesPerSecond() / 4.0;
    int posters = 4;
    for (int i = 0; i < posters; i++) {
      crew.start(
          "http-" + i,
          2 * perWay / posters / HTTP_EVENTS,
          new HttpWriter("verify-http-" + i, crew, ledger, child()));
    }
    for (int i = 0; i < 2; i++) {
      crew.start("sql-" + i, perWay / 2 / SQL_EVENTS, new SqlWriter(crew, ledger, child()));
    }
    crew.start("copy", perWay / COPY_EVENTS, new CopyWriter(crew, ledger, child()));
    for (int i = 0; i < 2; i++) {
      crew.start(
          "reader-" + i,
          4,
          new Reader("reader " + i, crew, subscribers.faultyNetwork(), ledger, child()));
    }
  }

  private Random child() {
    return new Random(random.nextLong());
  }

  private void load(Subscribers subscribers, Ledger ledger)
      throws IOException, InterruptedException {
    long start = System.nanoTime();
    long end = start + TimeUnit.SECONDS.toNanos(options.seconds());
    long latest = end + (end - start) * LONGER_AT_MOST;
    for (long now = start;
        now < end || now < latest && !disturbance.enough();
        now = System.nanoTime()) {
      if (crew.failures().first() != null) {
        break;
      }
      if (random.nextDouble() < options.cutsPerSecond() * TICK_MS / 1000) {
        subscribers.disturb();
      }
      if (subscribers.count() < options.subscribers()
          && (now - start) * options.subscribers() > (end - start) * subscribers.count()) {
        subscribers.start();
      }
      long seconds = TimeUnit.NANOSECONDS.toSeconds(now - start);
      progress.at(seconds, Math.max(seconds + 1, options.seconds()), words(ledger));
      TimeUnit.MILLISECONDS.sleep(TICK_MS);
    }
  }

  private String words(Ledger ledger) {
    return "%,d committed, %,d delivered"
        .formatted(ledger.committedCount(), crew.counters().of(Counters.Name.DELIVERED));
  }

  private VerifyResult settle(Subscribers subscribers, Ledger ledger, CommitLog commits)
      throws InterruptedException {
    progress.at(options.seconds(), options.seconds(), "writers stop, everything arrives");
    disturbance.end();
    subscribers.calm();
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(options.settleSeconds());
    if (crew.failures().first() == null) {
      crew.stop(leftMs(deadline));
      sentinel(ledger, deadline);
      if (!ledger.awaitSentinels(leftMs(deadline))) {
        crew.failures()
            .fail(new IllegalStateException("PostgreSQL's commit order did not come to its end"));
      }
      commits.stop();
      awaitFollowers(subscribers.all(), ledger, deadline);
      readAll(ledger, deadline);
    }
    return result(subscribers, ledger);
  }

  private static long leftMs(long deadline) {
    return Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime()));
  }

  /**
   * One more commit, in a channel outside the run: when the commit log shows it, it has shown all
   * that came before.
   */
  private void sentinel(Ledger ledger, long deadline) throws InterruptedException {
    var id = UUID.randomUUID();
    ledger.expectSentinel(id);
    while (System.nanoTime() < deadline) {
      try (var connection = target.connect();
          var statement =
              connection.prepareStatement(
                  "select tailrace.publish(?, 'message.posted', '{\"text\":\"end\"}', null, null,"
                      + " ?)")) {
        statement.setString(1, "chat:verify-" + run + "-end");
        statement.setObject(2, id);
        statement.execute();
        return;
      } catch (SQLException _) {
        TimeUnit.MILLISECONDS.sleep(TICK_MS);
      }
    }
  }

  private void awaitFollowers(List<Follower> followers, Ledger ledger, long deadline)
      throws InterruptedException {
    while (System.nanoTime() < deadline && crew.failures().first() == null) {
      if (followers.stream().allMatch(follower -> complete(follower, ledger))) {
        return;
      }
      TimeUnit.MILLISECONDS.sleep(TICK_MS);
    }
    // Whoever was subscribed is judged by what it has; whoever never was has nothing to judge.
    for (var follower : followers) {
      for (var channel : follower.channels()) {
        if (!follower.subscribed(channel)) {
          crew.failures()
              .fail(
                  new IllegalStateException(
                      "%s was never subscribed to %s".formatted(follower.name(), channel)));
        }
      }
    }
  }

  private static boolean complete(Follower follower, Ledger ledger) {
    return follower.channels().stream()
        .allMatch(channel ->
            follower.subscribed(channel) && follower.last(channel) >= ledger.head(channel));
  }

  private void readAll(Ledger ledger, long deadline) throws InterruptedException {
    var reader = new Reader("history", crew, target, ledger, child());
    for (var channel : ledger.channels()) {
      while (true) {
        try {
          reader.readAll(channel, epoch);
          break;
        } catch (IOException lost) {
          if (System.nanoTime() > deadline) {
            crew.failures().fail(new IllegalStateException("history cannot be read: " + lost));
            return;
          }
          TimeUnit.MILLISECONDS.sleep(TICK_MS);
        }
      }
    }
  }

  private VerifyResult result(Subscribers subscribers, Ledger ledger) {
    for (var follower : subscribers.all()) {
      follower.close();
      for (var channel : follower.channels()) {
        follower.witnesses(channel).forEach(witness -> ledger.witnessed(channel, witness));
      }
    }
    Map<String, Long> counts = new TreeMap<>();
    for (var name : Counters.Name.values()) {
      counts.put(name.words(), crew.counters().of(name));
    }
    subscribers.counts().forEach(counts::put);
    disturbance.counts().forEach(counts::put);
    var failure = crew.failures().first();
    var verdict =
        failure == null
            ? Oracle.judge(ledger.runs())
            : new Verdict.Broken(
                new Counterexample(0, "-", 0, null, String.valueOf(failure.getMessage())));
    return new VerifyResult(verdict, counts);
  }

  @Override
  public void close() {
    crew.close();
  }
}
