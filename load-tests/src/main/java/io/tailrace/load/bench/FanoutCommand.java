package io.tailrace.load.bench;

import io.tailrace.standalone.cli.CommandException;
import java.sql.SQLException;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** One room, many subscribers. */
@Command(
    name = "fanout",
    description = {
      "Publishes into one room with many subscribers, each on a socket of its own, and checks that"
          + " every socket has",
      "got every event in order. Needs ulimit -n above the number of subscribers, here and at the"
          + " server."
    },
    mixinStandardHelpOptions = true)
final class FanoutCommand implements Callable<Integer> {
  private static final int CONNECTIONS = 2;
  private static final int SAMPLE_MASK = 3;
  private static final long LATE_NANOS = TimeUnit.SECONDS.toNanos(10);

  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private BenchOptions options = new BenchOptions();

  @Option(
      names = "--subscribers",
      defaultValue = "2000",
      description = "Default: ${DEFAULT-VALUE}.")
  private int subscribers = 2000;

  @Option(
      names = "--rate",
      defaultValue = "500",
      description = "Events per second. Default: ${DEFAULT-VALUE}.")
  private int rate = 500;

  @Option(
      names = "--seconds",
      defaultValue = "15",
      description = "Measured. Default: ${DEFAULT-VALUE}.")
  private int seconds = 15;

  @Option(
      names = "--warmup",
      defaultValue = "5",
      description = "Seconds before. Default: ${DEFAULT-VALUE}.")
  private int warmup = 5;

  @Override
  public Integer call() throws InterruptedException {
    Checks.between(spec, "--subscribers", subscribers, 1, 100_000);
    Checks.between(spec, "--rate", rate, 1, 20_000);
    Checks.between(spec, "--seconds", seconds, 1, 600);
    Checks.between(spec, "--warmup", warmup, 0, 600);
    ProcessCost cost = options.cost();
    EventProbe probe = new EventProbe(BenchOptions.runName(), 200);
    String token = options.token();
    Swarm.Plan plan =
        new Swarm.Plan(options.url(), _ -> token, probe, subscribers, 1, true, SAMPLE_MASK);
    try (SqlPublisher publisher = new SqlPublisher(options, probe, 1, CONNECTIONS);
        Swarm swarm = Swarm.subscribed(plan)) {
      return measure(publisher, swarm, cost).print(spec.commandLine().getOut(), options.json());
    } catch (SQLException e) {
      throw new CommandException("PostgreSQL refused: " + e.getMessage(), e);
    }
  }

  private Result measure(SqlPublisher publisher, Swarm swarm, ProcessCost cost)
      throws InterruptedException {
    OpenLoop schedule = new OpenLoop(System.nanoTime() + 500_000_000, rate);
    long count = (long) rate * (warmup + seconds);
    long measured = (long) rate * warmup;
    swarm.recordFrom(schedule.due(measured));
    Meter meter = Meter.start(cost, schedule.due(measured), schedule.due(count));
    ProcessCost.Reading first = cost.read();
    publisher.publish(schedule, count, measured);
    long expected = count * subscribers;
    swarm.await(expected, LATE_NANOS);
    long all = System.nanoTime() - schedule.startNanos();
    ProcessCost.Cores whole = ProcessCost.between(first, cost.read());
    ProcessCost.Cores busy = meter.cores();
    return new Result()
        .put("scenario", "fanout")
        .put("subscribers", subscribers)
        .put("eventsPerSecond", rate)
        .put("deliveries", swarm.delivered())
        .put("expected", expected)
        .put("deliveriesPerSecond", swarm.delivered() / (all / 1e9))
        .put("lastDeliveryLateMs", (schedule.startNanos() + all - schedule.due(count - 1)) / 1e6)
        .put("scheduleToSocketMs", Latencies.millis(swarm.fromSchedule()))
        .put("serverCores", busy.server())
        .put("postgresCores", busy.postgres())
        .put("serverCoresToLastDelivery", whole.server())
        .put("timesBehind", swarm.behind())
        .put("serverResidentMib", cost.residentMib())
        .missing(swarm.missing(publisher.heads(count)));
  }
}
