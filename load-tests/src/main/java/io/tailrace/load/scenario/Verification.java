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
import io.tailrace.load.driver.Seat;
import io.tailrace.load.driver.SqlWriter;
import io.tailrace.load.oracle.Counterexample;
import io.tailrace.load.oracle.Oracle;
import io.tailrace.load.oracle.Verdict;
import io.tailrace.load.target.RunningSystem;
import io.tailrace.load.target.Target;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * The invariants, checked from the outside while writers write, readers read and connections break.
 * It needs no quiet system and touches only channels of its own, whose names hold the run's id.
 */
public final class Verification implements Load, AutoCloseable {
  /** A name in {@link #counts}. */
  public static final String COMMITTED = "committed";

  private static final long TICK_MS = 100;
  private static final long START_MS = 60_000;

  /** A run goes on until the system was disturbed often enough, but not for ever. */
  private static final int LONGER_AT_MOST = 9;

  /** Events that one act of a writer makes on average, by which the pace is divided. */
  private static final double SQL_EVENTS = 5;

  private static final double COPY_EVENTS = 20;
  private static final double HTTP_EVENTS = 1.5;

  /** The part of all writes that the users of member channels try, in addition. */
  private static final double MEMBERS_PART = 4;

  private final VerifyOptions options;
  private final Target target;
  private final Disturbance disturbance;
  private final Progress progress;
  private final @Nullable JsClient js;
  private final Crew crew;
  private final Random random;
  private final String run = UUID.randomUUID().toString().substring(0, 8);
  private volatile Supplier<Map<String, Long>> soFar = Map::of;
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
    var open = names("", options.channels());
    var closed = names("m", options.memberChannels());
    try (var connection = target.connect()) {
      RunningSystem.checkMayPublish(connection);
    }
    epoch = awaitEpoch(open.getFirst());
    var numbered = new Numbered(crew, epoch);
    var ledger = new Ledger(Stream.concat(open.stream(), closed.stream()).toList(), epoch);
    var slot = "tailrace_verify_" + run;
    try (var commits = CommitLog.open(target.jdbcUrl(), slot, ledger::committed)) {
      var plan = new MemberChannels.Plan(run, closed, options.seconds());
      try (var subscribers =
              new Subscribers(open, numbered, disturbance.network(target), js, child());
          var members = new MemberChannels(plan, numbered, ledger, subscribers, js)) {
        for (int i = 0; i < options.subscribers() / 2 + 1; i++) {
          subscribers.start();
        }
        soFar =
            () -> {
              var counts = counts(subscribers);
              counts.put(COMMITTED, ledger.committedCount());
              return counts;
            };
        startActors(subscribers, open, ledger);
        members.start(options.writesPerSecond() / MEMBERS_PART / HTTP_EVENTS);
        disturbance.begin(this);
        load(subscribers, ledger);
        return settle(new Lookers(subscribers, members, open), ledger, commits);
      }
    }
  }

  private List<String> names(String before, int count) {
    return IntStream.rangeClosed(1, count)
        .mapToObj(n -> "chat:verify-" + run + "-" + before + n)
        .toList();
  }

  /** Everybody who looks on. */
  private record Lookers(Subscribers subscribers, MemberChannels members, List<String> open) {}

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

  private void startActors(Subscribers subscribers, List<String> open, Ledger ledger)
      throws IOException {
    double perWay = options.writesPerSecond() / 4.0;
    int posters = 4;
    for (int i = 0; i < posters; i++) {
      crew.start(
          "http-" + i,
          2 * perWay / posters / HTTP_EVENTS,
          new HttpWriter(
              new HttpWriter.Author("verify-http-" + i, open, false), crew, ledger, child()));
    }
    for (int i = 0; i < 2; i++) {
      crew.start("sql-" + i, perWay / 2 / SQL_EVENTS, new SqlWriter(crew, ledger, child()));
    }
    crew.start("copy", perWay / COPY_EVENTS, new CopyWriter(crew, ledger, child()));
    for (int i = 0; i < 2; i++) {
      crew.start(
          "reader-" + i,
          4,
          new Reader(
              Seat.alone("reader " + i, open),
              crew,
              subscribers.anotherNetwork(),
              ledger,
              child()));
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

  private VerifyResult settle(Lookers lookers, Ledger ledger, CommitLog commits)
      throws InterruptedException {
    var subscribers = lookers.subscribers();
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
      awaitFollowers(lookers, ledger, deadline);
      lookers.members().askAtTheEnd(deadline);
      readAll(lookers, ledger, deadline);
    }
    return result(lookers, ledger);
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

  private void awaitFollowers(Lookers lookers, Ledger ledger, long deadline)
      throws InterruptedException {
    var followers = lookers.subscribers().all();
    while (System.nanoTime() < deadline && crew.failures().first() == null) {
      var incomplete = lookers.members().incomplete();
      progress.at(options.seconds(), options.seconds(), "waits for " + incomplete);
      if (incomplete.isEmpty()
          && followers.stream().allMatch(follower -> complete(follower, ledger))) {
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

  private void readAll(Lookers lookers, Ledger ledger, long deadline) throws InterruptedException {
    var seats = new ArrayList<>(lookers.members().keepers());
    lookers.open().forEach(channel -> seats.add(Seat.alone("history", List.of(channel))));
    for (var seat : seats) {
      var reader = new Reader(seat, crew, target, ledger, child());
      var channel = seat.channels().getFirst();
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

  private VerifyResult result(Lookers lookers, Ledger ledger) {
    var subscribers = lookers.subscribers();
    lookers.members().collect();
    for (var follower : subscribers.all()) {
      follower.close();
      for (var channel : follower.channels()) {
        follower.witnesses(channel).forEach(witness -> ledger.witnessed(channel, witness));
      }
    }
    var counts = counts(subscribers);
    counts.putAll(lookers.members().counts());
    disturbance.counts().forEach(counts::put);
    var failure = crew.failures().first();
    var verdict =
        failure == null
            ? Oracle.judge(ledger.runs())
            : new Verdict.Broken(
                new Counterexample(0, "-", 0, null, String.valueOf(failure.getMessage())));
    return new VerifyResult(verdict, counts);
  }

  /**
   * What has happened by now, by name, and how many events are {@link #COMMITTED}: for whoever says
   * when it is {@link Disturbance#enough}. Any thread.
   */
  @Override
  public Map<String, Long> counts() {
    return soFar.get();
  }

  @Override
  public Histogram waits() {
    return crew.waits().sinceLast();
  }

  private Map<String, Long> counts(Subscribers subscribers) {
    Map<String, Long> counts = new TreeMap<>();
    for (var name : Counters.Name.values()) {
      counts.put(name.words(), crew.counters().of(name));
    }
    counts.putAll(subscribers.counts());
    return counts;
  }

  @Override
  public void close() {
    crew.close();
  }
}
