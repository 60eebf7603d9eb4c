package io.tailrace.load.bench;

import io.tailrace.client.EventQuery;
import io.tailrace.client.HistoryReader;
import io.tailrace.client.TailraceClient;
import io.tailrace.standalone.cli.CommandException;
import java.sql.SQLException;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Batches over SQL, until the last event is at a live subscriber and in history. */
@Command(
    name = "sql",
    description = {
      "Writes transactions of many rows over SQL and counts the time from the first write until"
          + " every event is at a",
      "live subscriber and in history."
    },
    mixinStandardHelpOptions = true)
final class SqlCommand implements Callable<Integer> {
  private static final long LATE_NANOS = TimeUnit.SECONDS.toNanos(20);

  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private BenchOptions options = new BenchOptions();

  @Option(names = "--events", defaultValue = "300000", description = "Default: ${DEFAULT-VALUE}.")
  private int events = 300_000;

  @Option(
      names = "--rows",
      defaultValue = "100",
      description = "Rows per transaction. Default: ${DEFAULT-VALUE}.")
  private int rows = 100;

  @Option(names = "--channels", defaultValue = "10", description = "Default: ${DEFAULT-VALUE}.")
  private int channels = 10;

  @Option(
      names = "--connections",
      defaultValue = "2",
      description = "That write. Default: ${DEFAULT-VALUE}.")
  private int connections = 2;

  @Option(
      names = "--rate",
      defaultValue = "0",
      description = "Events per second, 0: as fast as it goes. Default: ${DEFAULT-VALUE}.")
  private int rate = 0;

  @Override
  public Integer call() throws InterruptedException {
    Checks.between(spec, "--events", events, 1, 10_000_000);
    Checks.between(spec, "--rows", rows, 1, 1000);
    Checks.between(spec, "--channels", channels, 1, EventProbe.CHANNELS_MAX);
    Checks.between(spec, "--connections", connections, 1, 32);
    Checks.between(spec, "--rate", rate, 0, 1_000_000);
    ProcessCost cost = options.cost();
    EventProbe probe = new EventProbe(BenchOptions.runName(), 200);
    String token = options.token();
    Swarm.Plan plan = new Swarm.Plan(options.url(), _ -> token, probe, 1, channels, false, 7);
    try (TailraceClient client =
            TailraceClient.builder(options.url().toString()).token(() -> token).build();
        BatchPublisher publisher = new BatchPublisher(options, probe, channels, connections);
        Swarm swarm = Swarm.subscribed(plan)) {
      return measure(publisher, swarm, client.history(), probe, cost)
          .print(spec.commandLine().getOut(), options.json());
    } catch (SQLException e) {
      throw new CommandException("PostgreSQL refused: " + e.getMessage(), e);
    }
  }

  private Result measure(
      BatchPublisher publisher,
      Swarm swarm,
      HistoryReader history,
      EventProbe probe,
      ProcessCost cost)
      throws InterruptedException {
    int batches = Math.max(1, events / rows);
    long count = (long) batches * rows;
    OpenLoop schedule = new OpenLoop(System.nanoTime(), rate == 0 ? 1e9 : (double) rate / rows);
    swarm.recordFrom(schedule.startNanos());
    ProcessCost.Reading before = cost.read();
    long began = System.nanoTime();
    publisher.publish(schedule, batches, rows, rate > 0);
    double written = (System.nanoTime() - began) / 1e9;
    swarm.await(count, LATE_NANOS);
    double live = (System.nanoTime() - began) / 1e9;
    long[] heads = publisher.heads(batches, rows);
    for (int n = 0; n < channels; n++) {
      if (heads[n] > 0) {
        history.events(probe.channel(n), new EventQuery(heads[n] - 1, 1, null, heads[n], 0));
      }
    }
    double kept = (System.nanoTime() - began) / 1e9;
    ProcessCost.Cores cores = ProcessCost.between(before, cost.read());
    Result result =
        new Result()
            .put("scenario", "sql")
            .put("events", count)
            .put("rowsPerTransaction", rows)
            .put("writtenPerSecond", count / written)
            .put("livePerSecond", swarm.delivered() / live)
            .put("liveAndHistoryPerSecond", count / kept)
            .put("secondsWritten", written)
            .put("secondsLive", live)
            .put("secondsLiveAndHistory", kept);
    if (rate > 0) {
      result.put("scheduleToSocketMs", Latencies.millis(swarm.fromSchedule()));
    }
    return result
        .put("serverCores", cores.server())
        .put("postgresCores", cores.postgres())
        .put("timesBehind", swarm.behind())
        .put("serverResidentMib", cost.residentMib())
        .missing(swarm.missing(heads));
  }
}
