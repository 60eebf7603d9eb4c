package io.tailrace.load.bench;

import io.tailrace.standalone.cli.CommandException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.HdrHistogram.Histogram;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What a flood in one kind does to another kind that shares the log with it, or does not. */
@Command(
    name = "hot",
    description = {
      "Events of chat at a small rate are timed from commit to socket: alone, beside a flood of a"
          + " kind that shares",
      "chat's partitions, and beside the same flood of a kind whose contract says log: own. For a"
          + " system whose",
      "contracts have both: doc as it is shipped, feed with log: own."
    },
    mixinStandardHelpOptions = true)
final class HotCommand implements Callable<Integer> {
  private static final int CONNECTIONS = 2;
  private static final int CHANNELS = 100;
  private static final int SOCKETS = 4;
  private static final int FLOOD_CHANNELS = 200;
  private static final long LATE_NANOS = TimeUnit.SECONDS.toNanos(60);

  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private BenchOptions options = new BenchOptions();

  @Option(
      names = "--rate",
      defaultValue = "50",
      description = "Events per second of chat. Default: ${DEFAULT-VALUE}.")
  private int rate = 50;

  @Option(
      names = "--flood",
      defaultValue = "5000",
      description = "Events per second of the flood. Default: ${DEFAULT-VALUE}.")
  private int flood = 5000;

  @Option(
      names = "--rows",
      defaultValue = "500",
      description = "Of the flood, in a transaction. Default: ${DEFAULT-VALUE}.")
  private int rows = 500;

  @Option(
      names = "--seconds",
      defaultValue = "10",
      description = "Measured each time. Default: ${DEFAULT-VALUE}.")
  private int seconds = 10;

  @Option(
      names = "--rounds",
      defaultValue = "3",
      description = "The three are measured in turns. Default: ${DEFAULT-VALUE}.")
  private int rounds = 3;

  private enum Beside {
    NOBODY("", ""),
    SHARED("doc", "title.set"),
    OWN("feed", "item.published");

    private final String kind;
    private final String type;

    Beside(String kind, String type) {
      this.kind = kind;
      this.type = type;
    }
  }

  @Override
  public Integer call() throws InterruptedException {
    Checks.between(spec, "--rate", rate, 1, 5_000);
    Checks.between(spec, "--flood", flood, 1, 100_000);
    Checks.between(spec, "--rows", rows, 1, 10_000);
    Checks.between(spec, "--seconds", seconds, 1, 600);
    Checks.between(spec, "--rounds", rounds, 1, 100);
    if (flood < rows) {
      throw new ParameterException(spec.commandLine(), "--flood must be at least --rows");
    }
    Map<Beside, Histogram> all = new LinkedHashMap<>();
    Map<Beside, Long> floods = new LinkedHashMap<>();
    long missing = 0;
    // The first time is for warming up.
    for (int round = 0; round <= rounds; round++) {
      for (Beside beside : Beside.values()) {
        Round measured = measure(beside);
        missing += measured.missing();
        if (round > 0) {
          all.computeIfAbsent(beside, _ -> Latencies.histogram()).add(measured.latencies());
          floods.merge(beside, measured.flooded(), Long::sum);
        }
      }
    }
    Result result = new Result().put("scenario", "hot").put("chatPerSecond", rate);
    for (Beside beside : Beside.values()) {
      String name = beside == Beside.NOBODY ? "alone" : "beside " + beside.kind;
      result.put(name, Latencies.millis(all.getOrDefault(beside, Latencies.histogram())));
      result.put(name + ", flood/s", (double) floods.getOrDefault(beside, 0L) / rounds / seconds);
    }
    return result
        .put("sharedOverAloneP99", ratio(all, Beside.SHARED))
        .put("ownOverAloneP99", ratio(all, Beside.OWN))
        .missing(missing == 0 ? List.of() : List.of(missing + " events of chat did not come"))
        .print(spec.commandLine().getOut(), options.json());
  }

  private static double ratio(Map<Beside, Histogram> all, Beside beside) {
    Histogram alone = all.getOrDefault(Beside.NOBODY, Latencies.histogram());
    return Latencies.at(all.getOrDefault(beside, alone), 99) / Latencies.at(alone, 99);
  }

  private record Round(Histogram latencies, long flooded, long missing) {}

  private Round measure(Beside beside) throws InterruptedException {
    EventProbe probe = new EventProbe(BenchOptions.runName(), 200);
    String token = options.token();
    Swarm.Plan plan =
        new Swarm.Plan(options.url(), _ -> token, probe, SOCKETS, CHANNELS / SOCKETS, false, 0);
    AtomicBoolean ended = new AtomicBoolean();
    try (SqlPublisher publisher = new SqlPublisher(options, probe, CHANNELS, CONNECTIONS);
        Swarm swarm = Swarm.subscribed(plan)) {
      CompletableFuture<Long> flooding =
          beside == Beside.NOBODY
              ? CompletableFuture.completedFuture(0L)
              : CompletableFuture.supplyAsync(
                  () -> flood(beside, ended), task -> Thread.ofPlatform().name("hot").start(task));
      try {
        OpenLoop schedule = new OpenLoop(System.nanoTime() + 500_000_000, rate);
        long count = (long) rate * seconds;
        swarm.recordFrom(schedule.startNanos());
        publisher.publish(schedule, count, 0);
        swarm.await(count, LATE_NANOS);
        ended.set(true);
        return new Round(
            swarm.fromCommit(), flooding.get(), swarm.missing(publisher.heads(count)).size());
      } finally {
        ended.set(true);
      }
    } catch (SQLException e) {
      throw new CommandException("PostgreSQL refused: " + e.getMessage(), e);
    } catch (ExecutionException e) {
      throw new CommandException("The flood broke: " + e.getCause(), e);
    }
  }

  /** Writes until it is ended; returns how many events. */
  private long flood(Beside beside, AtomicBoolean ended) {
    String sql =
        "select count(tailrace.publish(? || n % "
            + FLOOD_CHANNELS
            + ", ?, '{\"title\":\"hot\"}'::json)) from generate_series(1, ?) n";
    try (Connection connection = options.connect();
        PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, beside.kind + ":hot-");
      statement.setString(2, beside.type);
      statement.setInt(3, rows);
      OpenLoop schedule = new OpenLoop(System.nanoTime(), (double) flood / rows);
      long transactions = 0;
      while (!ended.get()) {
        OpenLoop.awaitNanos(schedule.due(transactions));
        statement.execute();
        transactions++;
      }
      return transactions * rows;
    } catch (SQLException e) {
      throw new CommandException("PostgreSQL refused the flood: " + e.getMessage(), e);
    }
  }
}
