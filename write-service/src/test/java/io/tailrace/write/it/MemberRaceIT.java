package io.tailrace.write.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.write.commit.CommitResult;
import io.tailrace.write.it.CommitOrder.Row;
import io.tailrace.write.member.MemberResult;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Who meets whom in the same moment, decided by the order of commits in the WAL. */
@SuppressWarnings("NullAway.Init") // JUnit fills the fields before any test
class MemberRaceIT {
  private static final int TRIES = Integer.getInteger("tries", 1_000);

  private static MemberPlayers players;
  private static ExecutorService threads;

  @BeforeAll
  static void start() {
    players = new MemberPlayers();
    threads = Executors.newCachedThreadPool();
  }

  @AfterAll
  static void stop() {
    threads.shutdownNow();
    players.close();
  }

  /** Runs all at the same moment. */
  private static void together(List<Callable<?>> all)
      throws InterruptedException, ExecutionException {
    CyclicBarrier barrier = new CyclicBarrier(all.size());
    List<Future<?>> running = new ArrayList<>();
    for (Callable<?> one : all) {
      running.add(
          threads.submit(() -> {
            barrier.await();
            return one.call();
          }));
    }
    for (Future<?> one : running) {
      one.get();
    }
  }

  private static Callable<?> over(int from, int to, Each each) {
    return () -> {
      for (int i = from; i < to; i++) {
        each.take(i);
      }
      return null;
    };
  }

  private interface Each {
    void take(int i) throws Exception;
  }

  private static Map<String, List<Row>> byChannel(CommitOrder order) throws SQLException {
    Map<String, List<Row>> rows = new HashMap<>();
    for (Row row : order.read()) {
      rows.computeIfAbsent(row.channel(), _ -> new ArrayList<>()).add(row);
    }
    return rows;
  }

  @Test
  void nothingOfSomebodyFollowsTheirRemoval() throws Exception {
    try (CommitOrder order = new CommitOrder("race_removal")) {
      together(
          List.of(
              over(
                  0,
                  TRIES / 2,
                  i -> players.change(0, "rem-" + i, "ada", "member", "root", true, true)),
              over(
                  TRIES / 2,
                  TRIES,
                  i -> players.change(1, "rem-" + i, "ada", "member", "root", true, true))));
      List<CompletableFuture<CommitResult>> results = new ArrayList<>();
      for (int i = 0; i < TRIES; i++) {
        String channel = "rem-" + i;
        boolean before = i % 8 == 0;
        boolean after = i % 8 == 4;
        if (before) {
          results.add(players.publish(0, "ada", channel));
          assertInstanceOf(CommitResult.Committed.class, results.getLast().get());
        }
        // They meet anew at every channel, or the faster one would soon be channels ahead.
        together(
            List.of(
                () -> {
                  for (int n = 0; n < 3; n++) {
                    results.add(players.publish(n % 2, "ada", channel));
                  }
                  return results.getLast().get();
                },
                () ->
                    assertInstanceOf(
                        MemberResult.Changed.class,
                        players.change(1, channel, "ada", null, "root", true, true))));
        if (after) {
          results.add(players.publish(0, "ada", channel));
          assertInstanceOf(CommitResult.Forbidden.class, results.getLast().get());
        }
      }

      int written = 0;
      for (CompletableFuture<CommitResult> result : results) {
        written += result.get() instanceof CommitResult.Committed ? 1 : 0;
      }
      int found = 0;
      for (List<Row> rows : byChannel(order).values()) {
        assertEquals("member.set", rows.getFirst().type());
        assertEquals("member.removed", rows.getLast().type(), rows::toString);
        found += rows.size() - 2;
      }
      assertEquals(written, found);
    }
  }

  @Test
  void nothingOfStrangersFollowsTheClosing() throws Exception {
    try (CommitOrder order = new CommitOrder("race_closing")) {
      together(List.of(over(0, TRIES, i -> players.publish(0, "eve", "clo-" + i).get())));
      for (int i = 0; i < TRIES; i++) {
        String channel = "clo-" + i;
        together(
            List.of(
                () -> {
                  for (int n = 0; n < 3; n++) {
                    var _ = players.publish(n % 2, "eve", channel);
                  }
                  return players.publish(0, "eve", channel).get();
                },
                () ->
                    assertInstanceOf(
                        MemberResult.Changed.class,
                        players.change(1, channel, "ada", "member", "root", true, true))));
      }
      together(List.of(over(0, TRIES, i -> players.publish(1, "eve", "clo-" + i).get())));

      Map<String, List<Row>> rows = byChannel(order);
      assertEquals(TRIES, rows.size());
      for (List<Row> channel : rows.values()) {
        assertEquals("message.posted", channel.getFirst().type());
        assertEquals("member.set", channel.getLast().type(), channel::toString);
      }
    }
  }

  @Test
  void ofTwoWhoMakeAChannelOneOwnsIt() throws Exception {
    try (CommitOrder order = new CommitOrder("race_creators")) {
      for (int i = 0; i < TRIES; i++) {
        String channel = "cre-" + i;
        int publisher = i % 2;
        together(
            List.of(
                () -> players.change(0, channel, "ada", "owner", "ada", true, false),
                () -> players.change(1, channel, "bob", "owner", "bob", true, false),
                () -> players.publish(publisher, "eve", channel).get()));
      }

      Map<String, List<Row>> rows = byChannel(order);
      assertEquals(TRIES, rows.size());
      for (List<Row> channel : rows.values()) {
        // A publisher was first, and nobody may close it; or one of the two was, alone.
        assertEquals(1, channel.size(), channel::toString);
      }
    }
  }

  @Test
  void theRecordIsWhatTheLastEventSays() throws Exception {
    List<String> roles = List.of("owner", "member", "reader");
    try (CommitOrder order = new CommitOrder("race_set")) {
      List<Callable<?>> all = new ArrayList<>();
      for (int service = 0; service < 4; service++) {
        int of = service % 2;
        Random random = new Random(service);
        all.add(
            over(
                0,
                TRIES,
                i -> {
                  int role = random.nextInt(4);
                  players.change(
                      of,
                      "set-" + i / 20,
                      "ada",
                      role == 3 ? null : roles.get(role),
                      "root",
                      true,
                      true);
                }));
      }
      together(all);

      for (Map.Entry<String, List<Row>> channel : byChannel(order).entrySet()) {
        String before = "{}";
        for (Row row : channel.getValue()) {
          assertNotEquals(before, row.data(), () -> channel.getValue().toString());
          before = row.data();
        }
        assertEquals(
            1,
            WriteIT.number(
                "select count(*) from tailrace.member where channel = '"
                    + channel.getKey()
                    + "' and tailrace.member_data(role)::text = '"
                    + before
                    + "' and event = '"
                    + channel.getValue().getLast().id()
                    + "'"));
      }
    }
  }

  @Test
  void nobodyWaitsInACircle() throws Exception {
    long before = WriteIT.number("select sum(deadlocks) from pg_stat_database");
    long seed = Long.getLong("seed", System.nanoTime());
    System.out.println("MemberRaceIT -Dseed=" + seed);
    List<String> users = List.of("ada", "bob", "eve");
    List<Callable<?>> all = new ArrayList<>();
    for (int thread = 0; thread < 6; thread++) {
      int of = thread % 2;
      boolean publishes = thread < 3;
      Random random = new Random(seed + thread);
      all.add(
          over(
              0,
              TRIES / 2,
              i -> {
                String user = users.get(random.nextInt(3));
                if (publishes) {
                  String[] channels = new String[1 + random.nextInt(4)];
                  for (int n = 0; n < channels.length; n++) {
                    channels[n] = "cir-" + random.nextInt(4);
                  }
                  CommitResult result = players.publish(of, user, channels).get();
                  assertTrue(
                      result instanceof CommitResult.Committed
                          || result instanceof CommitResult.Forbidden,
                      result::toString);
                } else {
                  MemberResult result =
                      players.change(
                          of,
                          "cir-" + random.nextInt(4),
                          users.get(random.nextInt(3)),
                          random.nextInt(3) == 0 ? null : random.nextBoolean() ? "owner" : "reader",
                          user,
                          true,
                          random.nextInt(4) == 0);
                  assertTrue(
                      !(result instanceof MemberResult.Broken)
                          && !(result instanceof MemberResult.Unavailable),
                      result::toString);
                }
              }));
    }
    together(all);

    assertEquals(before, WriteIT.number("select sum(deadlocks) from pg_stat_database"));
  }
}
