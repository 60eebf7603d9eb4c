package io.tailrace.load.bench;

import io.tailrace.standalone.cli.CommandException;
import java.sql.SQLException;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** From the commit to the socket, at a steady rate. */
@Command(
    name = "latency",
    description = {
      "Publishes single events over SQL at a steady rate and times them on their subscribers'"
          + " sockets.",
      "scheduleToSocket counts from when the event was due (coordinated omission is in it);"
          + " commitToSocket",
      "from the commit time in the event."
    },
    mixinStandardHelpOptions = true)
final class LatencyCommand implements Callable<Integer> {
  private static final int CONNECTIONS = 4;
  private static final int SOCKETS = 4;
  private static final long LATE_NANOS = TimeUnit.SECONDS.toNanos(10);

  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private BenchOptions options = new BenchOptions();

  @Option(
      names = "--rate",
      defaultValue = "500",
      description = "Events per second. Default: ${DEFAULT-VALUE}.")
  private int rate = 500;

  @Option(
      names = "--seconds",
      defaultValue = "20",
      description = "Measured. Default: ${DEFAULT-VALUE}.")
  private int seconds = 20;

  @Option(
      names = "--warmup",
      defaultValue = "10",
      description = "Seconds before. Default: ${DEFAULT-VALUE}.")
  private int warmup = 10;

  @Option(
      names = "--idle",
      defaultValue = "8",
      description = "Seconds of the idle sample. Default: ${DEFAULT-VALUE}.")
  private int idle = 8;

  @Option(
      names = "--channels",
      defaultValue = "100",
      description = "Up to 1000, times of 4. Default: ${DEFAULT-VALUE}.")
  private int channels = 100;

  @Override
  public Integer call() throws InterruptedException {
    Checks.between(spec, "--rate", rate, 1, 20_000);
    Checks.between(spec, "--seconds", seconds, 1, 600);
    Checks.between(spec, "--warmup", warmup, 0, 600);
    Checks.between(spec, "--idle", idle, 1, 600);
    Checks.between(spec, "--channels", channels, SOCKETS, EventProbe.CHANNELS_MAX);
    int used = channels / SOCKETS * SOCKETS;
    ProcessCost cost = options.cost();
    EventProbe probe = new EventProbe(BenchOptions.runName(), 200);
    String token = options.token();
    Swarm.Plan plan =
        new Swarm.Plan(options.url(), _ -> token, probe, SOCKETS, used / SOCKETS, false, 0);
    try (SqlPublisher publisher = new SqlPublisher(options, probe, used, CONNECTIONS);
        Swarm swarm = Swarm.subscribed(plan)) {
      return measure(publisher, swarm, cost).print(spec.commandLine().getOut(), options.json());
    } catch (SQLException e) {
      throw new CommandException("PostgreSQL refused: " + e.getMessage(), e);
    }
  }

  private Result measure(SqlPublisher publisher, Swarm swarm, ProcessCost cost)
      throws InterruptedException {
    Thread.sleep(1_000); // subscribing is over
    ProcessCost.Reading before = cost.read();
    Thread.sleep(TimeUnit.SECONDS.toMillis(idle));
    ProcessCost.Cores still = ProcessCost.between(before, cost.read());
    OpenLoop schedule = new OpenLoop(System.nanoTime() + 100_000_000, rate);
    long count = (long) rate * (warmup + seconds);
    long measured = (long) rate * warmup;
    swarm.recordFrom(schedule.due(measured));
    Meter meter = Meter.start(cost, schedule.due(measured), schedule.due(count));
    Histogram commits = publisher.publish(schedule, count, measured);
    swarm.await(count, LATE_NANOS);
    ProcessCost.Cores busy = meter.cores();
    return new Result()
        .put("scenario", "latency")
        .put("eventsPerSecond", rate)
        .put("seconds", seconds)
        .put("events", swarm.fromSchedule().getTotalCount())
        .put("scheduleToSocketMs", Latencies.millis(swarm.fromSchedule()))
        .put("commitToSocketMs", Latencies.millis(swarm.fromCommit()))
        .put("scheduleToCommitAckMs", Latencies.millis(commits))
        .put("serverCoresIdle", still.server())
        .put("postgresCoresIdle", still.postgres())
        .put("serverCores", busy.server())
        .put("postgresCores", busy.postgres())
        .put("timesBehind", swarm.behind())
        .put("serverResidentMib", cost.residentMib())
        .missing(swarm.missing(publisher.heads(count)));
  }
}
