package io.tailrace.load.field;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.tailrace.client.Transport;
import io.tailrace.load.driver.ClientFollower;
import io.tailrace.load.driver.CommitLog;
import io.tailrace.load.driver.Crew;
import io.tailrace.load.driver.Follower;
import io.tailrace.load.driver.JsClient;
import io.tailrace.load.driver.Ledger;
import io.tailrace.load.driver.LongPollFollower;
import io.tailrace.load.driver.Numbered;
import io.tailrace.load.driver.ProcessFollower;
import io.tailrace.load.driver.Reader;
import io.tailrace.load.driver.Seat;
import io.tailrace.load.driver.SocketFollower;
import io.tailrace.load.driver.SseFollower;
import io.tailrace.load.oracle.Oracle;
import io.tailrace.load.oracle.Verdict;
import io.tailrace.load.target.Target;
import io.tailrace.schemas.testkit.Await;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.StringJoiner;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One channel, what is written to it, and everybody who looks at it, until all have the same. */
public final class Run implements AutoCloseable {
  private static final Duration LONGEST = Duration.ofMinutes(2);

  private static final String LONG = "x".repeat(6_000);

  private final Crew crew;
  private final @Nullable JsClient js;
  private final String channel;
  private final Numbered numbered;
  private final Ledger ledger;
  private final CommitLog commits;
  private final List<Follower> followers = new ArrayList<>();
  private final Random random = new Random(1);

  /** A channel that is new, of a system that runs already. */
  public Run(Crew crew, @Nullable JsClient js, String channel) throws Exception {
    this.crew = crew;
    this.js = js;
    this.channel = channel;
    var head = crew.http("somebody").get("/v1/channels/" + channel);
    this.numbered = new Numbered(crew, head.json().path("epoch").asInt());
    this.ledger = new Ledger(List.of(channel), numbered.epoch());
    this.commits =
        CommitLog.open(
            crew.target().jdbcUrl(),
            "field_" + UUID.randomUUID().toString().substring(0, 8),
            ledger::committed);
  }

  String channel() {
    return channel;
  }

  public Numbered numbered() {
    return numbered;
  }

  /** Adds a follower of its own making. */
  public void add(Follower follower) {
    followers.add(follower);
  }

  public Seat seat(String name) {
    return Seat.alone(name, List.of(channel));
  }

  /**
   * A follower of each kind, from the first event on.
   *
   * @param network asked by each for the way on which it reaches the system
   */
  void everyKind(Supplier<Target> network) throws IOException {
    add(new SocketFollower(seat("ws"), true, crew, network.get(), random));
    add(new SseFollower(seat("sse"), crew, network.get(), random));
    add(new LongPollFollower(seat("poll"), crew, network.get(), random));
    for (var transport : Transport.values()) {
      add(
          new ClientFollower(
              seat("java-" + transport), transport, numbered, network.get(), random));
    }
    if (js != null) {
      for (var transport : List.of("ws", "sse", "poll")) {
        add(
            new ProcessFollower(
                seat("js-" + transport),
                js.command(List.of(transport), null),
                numbered,
                network.get()));
      }
    }
  }

  /** Messages of 6 KB, in one transaction. */
  public void publish(int count) throws SQLException {
    try (var connection = crew.target().connect()) {
      connection.setAutoCommit(false);
      for (int i = 0; i < count; i++) {
        publish(connection, LONG, null, null);
      }
      connection.commit();
    }
  }

  /** One message in the caller's transaction; returns its id. */
  UUID publish(Connection connection, String text, @Nullable String entity, @Nullable String author)
      throws SQLException {
    var data = JsonNodeFactory.instance.objectNode().put("text", text).toString();
    return publishData(connection, data, entity, author);
  }

  UUID publishData(
      Connection connection, String data, @Nullable String entity, @Nullable String author)
      throws SQLException {
    try (var statement =
        connection.prepareStatement(
            "select tailrace.publish(?, 'message.posted', ?::json, ?, ?)")) {
      statement.setString(1, channel);
      statement.setString(2, data);
      statement.setString(3, entity);
      statement.setString(4, author);
      try (var row = statement.executeQuery()) {
        row.next();
        return row.getObject(1, UUID.class);
      }
    }
  }

  /** Until PostgreSQL has shown so many commits and every follower has applied them. */
  public void awaitAll(long events) {
    Await.until(
        events + " events at everybody",
        LONGEST,
        () -> {
          if (crew.failures().first() == null) {
            assertEquals("", behind(events));
          }
          return true;
        });
    assertNull(crew.failures().first());
  }

  /** Until history has so many. */
  void awaitHistory(long events) {
    var http = crew.http("somebody");
    Await.until(
        events + " events in history",
        () -> http.get("/v1/channels/" + channel).json().path("head").asLong() == events);
  }

  private String behind(long events) {
    var who = new StringJoiner(", ");
    if (ledger.head(channel) != events) {
      who.add("PostgreSQL at " + ledger.head(channel));
    }
    followers.stream()
        .filter(follower -> follower.last(channel) != events)
        .forEach(follower -> who.add(follower.name() + " at " + follower.last(channel)));
    return who.toString();
  }

  /** Everybody, and history, has exactly what PostgreSQL committed. */
  public void expectExact(long events) throws IOException, InterruptedException {
    awaitAll(events);
    new Reader(seat("history"), crew, crew.target(), ledger, random)
        .readAll(channel, numbered.epoch());
    for (var follower : followers) {
      follower.witnesses(channel).forEach(witness -> ledger.witnessed(channel, witness));
    }
    var verdict = Oracle.judge(ledger.runs());
    assertInstanceOf(Verdict.Holds.class, verdict, verdict.toString());
  }

  /** The ids that a follower applied, in its order. */
  List<List<UUID>> ids() {
    return followers.stream()
        .map(follower ->
            follower.witnesses(channel).getLast().sightings().stream().map(s -> s.id()).toList())
        .toList();
  }

  @Override
  public void close() {
    followers.forEach(Follower::close);
    commits.close();
    crew.close();
  }
}
