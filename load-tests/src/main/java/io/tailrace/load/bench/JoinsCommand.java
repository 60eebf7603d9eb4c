package io.tailrace.load.bench;

import io.tailrace.load.driver.Http;
import io.tailrace.load.target.Target;
import io.tailrace.standalone.cli.CommandException;
import java.io.IOException;
import java.net.http.HttpClient;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What it costs to ask whether somebody is a member, and how soon a removal is felt. */
@Command(
    name = "joins",
    description = {
      "Subscribes to channels with members and to open ones in turn, and compares; then removes a",
      "subscriber over and over, and times the frame that says so."
    },
    mixinStandardHelpOptions = true)
final class JoinsCommand implements Callable<Integer> {
  private static final int ROUNDS = 2;
  private static final int CHANNELS_MAX = 400;
  private static final long PAUSE_MS = 20;

  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private BenchOptions options = new BenchOptions();

  @Option(
      names = "--subscribes",
      defaultValue = "10000",
      description = "Of each kind, in 2 rounds. Default: ${DEFAULT-VALUE}.")
  private int subscribes = 10_000;

  @Option(
      names = "--sockets",
      defaultValue = "50",
      description = "Each subscribes to one channel after the other. Default: ${DEFAULT-VALUE}.")
  private int sockets = 50;

  @Option(names = "--removals", defaultValue = "200", description = "Default: ${DEFAULT-VALUE}.")
  private int removals = 200;

  @Override
  public Integer call() throws InterruptedException {
    Checks.between(spec, "--sockets", sockets, 1, 500);
    Checks.between(spec, "--subscribes", subscribes, (long) sockets * ROUNDS, 200_000);
    Checks.between(spec, "--removals", removals, 1, 10_000);
    int channels = subscribes / ROUNDS / sockets;
    Checks.between(spec, "--subscribes / 2 / --sockets", channels, 1, CHANNELS_MAX);
    String run = BenchOptions.runName();
    Result result = new Result().put("scenario", "joins");
    try (Connection connection = options.connect()) {
      joins(run, channels, connection, result);
      removals("chat:bench-" + run + "-left", connection, result);
    } catch (SQLException e) {
      throw new CommandException("PostgreSQL refused: " + e.getMessage(), e);
    } catch (IOException e) {
      throw new CommandException("The gateway is not there: " + e.getMessage(), e);
    }
    return result.missing(List.of()).print(spec.commandLine().getOut(), options.json());
  }

  private void joins(String run, int count, Connection connection, Result result)
      throws SQLException, IOException, InterruptedException {
    List<String> open = names(run, "open", count);
    List<String> closed = names(run, "closed", count);
    prepare(connection, open, closed);
    JoinRounds.Total ofOpen = new JoinRounds.Total();
    JoinRounds.Total ofClosed = new JoinRounds.Total();
    ProcessCost cost = options.cost();
    double cpuOpen = 0;
    double cpuClosed = 0;
    List<String> tokens = options.tokens("bench-", sockets);
    try (JoinRounds rounds = new JoinRounds(options.url(), tokens)) {
      rounds.awaitLetIn(closed.getLast());
      // Both are warm before either counts.
      rounds.run(open, new JoinRounds.Total());
      rounds.run(closed, new JoinRounds.Total());
      for (int n = 0; n < ROUNDS; n++) {
        ProcessCost.Reading before = cost.read();
        rounds.run(closed, ofClosed);
        ProcessCost.Reading between = cost.read();
        rounds.run(open, ofOpen);
        cpuClosed += between.serverSeconds() - before.serverSeconds();
        cpuOpen += cost.read().serverSeconds() - between.serverSeconds();
      }
    }
    result
        .put("subscribes", ofClosed.subscribes())
        .put("underWay", sockets)
        .put("openPerSecond", ofOpen.perSecond())
        .put("membersPerSecond", ofClosed.perSecond())
        .put("membersToOpen", ofClosed.perSecond() / ofOpen.perSecond())
        .put("openMs", Latencies.millis(ofOpen.latencies()))
        .put("membersMs", Latencies.millis(ofClosed.latencies()))
        .put("openCpuMicrosEach", cpuOpen * 1e6 / ofOpen.subscribes())
        .put("membersCpuMicrosEach", cpuClosed * 1e6 / ofClosed.subscribes());
  }

  private static List<String> names(String run, String kind, int count) {
    return IntStream.range(0, count).mapToObj(n -> "chat:bench-" + run + "-" + kind + n).toList();
  }

  /** As many events in the open ones as there are changes of members in the others. */
  private void prepare(Connection connection, List<String> open, List<String> closed)
      throws SQLException {
    connection.setAutoCommit(false);
    try (PreparedStatement publish = connection.prepareStatement(SqlPublisher.PUBLISH);
        PreparedStatement set =
            connection.prepareStatement("select tailrace.set_member(?, ?, 'member')")) {
      for (int channel = 0; channel < open.size(); channel++) {
        for (int user = 0; user < sockets; user++) {
          publish.setString(1, open.get(channel));
          publish.setString(2, "{\"text\":\"bench\"}");
          publish.execute();
          set.setString(1, closed.get(channel));
          set.setString(2, "bench-" + user);
          set.execute();
        }
        connection.commit();
      }
    }
    connection.setAutoCommit(true);
  }

  private void removals(String channel, Connection connection, Result result)
      throws SQLException, IOException, InterruptedException {
    Target target = options.target();
    try (HttpClient client = Http.client()) {
      Http admin = new Http(client, target, target.tokens().apply("bench-admin"));
      Removals timed = new Removals(admin, channel, "bench-leaves");
      timed.set("bench-stays", "member");
      try (TimedSocket stays =
              TimedSocket.open(options.url(), target.plainTokens().apply("bench-stays"));
          TimedSocket watcher =
              TimedSocket.open(options.url(), target.plainTokens().apply("bench-leaves"))) {
        stays.subscribeSoon(channel);
        AtomicBoolean ends = new AtomicBoolean();
        Thread writer = Thread.ofVirtual().start(() -> write(connection, channel, ends));
        try {
          timed.run(removals, watcher, stays);
        } finally {
          ends.set(true);
          writer.join();
        }
      }
      result
          .put("removals", removals)
          .put("removedToRevokedMs", Latencies.millis(timed.sinceAnswer()))
          .put("revokedBeforeAnswer", timed.beforeAnswer())
          .put("commitToRevokedMs", Latencies.millis(timed.sinceCommit()));
    }
  }

  /** The channel is never quiet: the removal has its place among events. */
  private static void write(Connection connection, String channel, AtomicBoolean ends) {
    try (PreparedStatement publish = connection.prepareStatement(SqlPublisher.PUBLISH)) {
      publish.setString(1, channel);
      publish.setString(2, "{\"text\":\"bench\"}");
      while (!ends.get()) {
        publish.execute();
        TimeUnit.MILLISECONDS.sleep(PAUSE_MS);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } catch (SQLException e) {
      throw new CommandException("PostgreSQL refused: " + e.getMessage(), e);
    }
  }
}
