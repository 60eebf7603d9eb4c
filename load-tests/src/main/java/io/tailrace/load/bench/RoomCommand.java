package io.tailrace.load.bench;

import io.tailrace.standalone.cli.CommandException;
import java.net.http.HttpClient;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** One room in which some are slow and everybody types, beside the same room without that. */
@Command(
    name = "room",
    description = {
      "One room, first with healthy subscribers alone, then with some that read slowly, some that"
          + " read nothing, and",
      "everybody typing and moving. Then the slow ones read on, and must be exact; what was shed"
          + " must be what they were told.",
      "The server needs small buffers and patience: up --set socket.send.buffer.bytes=16384 --set"
          + " queue.bytes.max=131072",
      "--set stall.ms=600000 --set heartbeat.ms=600000 --set window.ms=300000"
    },
    mixinStandardHelpOptions = true)
final class RoomCommand implements Callable<Integer> {
  private static final int CONNECTIONS = 2;
  private static final int SMALL_BUFFER = 4096;
  private static final long LATE_NANOS = TimeUnit.SECONDS.toNanos(20);
  private static final long RECOVERED_NANOS = TimeUnit.SECONDS.toNanos(60);
  private static final List<String> LANES = List.of("metadata", "receipt", "presence", "signal");

  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private BenchOptions options = new BenchOptions();

  @Option(names = "--subscribers", defaultValue = "10000", description = "Default: 10000.")
  private int subscribers = 10_000;

  @Option(
      names = "--slow",
      defaultValue = "500",
      description = "Of these, how many read --slow-bytes a second. Default: ${DEFAULT-VALUE}.")
  private int slow = 500;

  @Option(names = "--slow-bytes", defaultValue = "2000", description = "Default: ${DEFAULT-VALUE}.")
  private int slowBytes = 2000;

  @Option(
      names = "--unread",
      defaultValue = "100",
      description = "Of these, how many read nothing. Default: ${DEFAULT-VALUE}.")
  private int unread = 100;

  @Option(
      names = "--rate",
      defaultValue = "20",
      description = "Events per second. Default: ${DEFAULT-VALUE}.")
  private int rate = 20;

  @Option(
      names = "--typing",
      defaultValue = "10",
      description = "Seconds between two signals of each. Default: ${DEFAULT-VALUE}.")
  private int typing = 10;

  @Option(
      names = "--moving",
      defaultValue = "20",
      description = "Seconds between two changes of presence of each. Default: ${DEFAULT-VALUE}.")
  private int moving = 20;

  @Option(
      names = "--seconds",
      defaultValue = "40",
      description = "Measured, each time. Default: ${DEFAULT-VALUE}.")
  private int seconds = 40;

  @Option(
      names = "--warmup",
      defaultValue = "10",
      description = "Seconds before. Default: ${DEFAULT-VALUE}.")
  private int warmup = 10;

  private final List<String> missing = new ArrayList<>();

  @Override
  public Integer call() throws InterruptedException {
    Checks.between(spec, "--subscribers", subscribers, 1, 100_000);
    Checks.between(spec, "--slow", slow, 0, subscribers - 1);
    Checks.between(spec, "--unread", unread, 0, subscribers - 1 - slow);
    Checks.between(spec, "--slow-bytes", slowBytes, 10, 1_000_000);
    Checks.between(spec, "--rate", rate, 1, 20_000);
    Checks.between(spec, "--typing", typing, 1, 3600);
    Checks.between(spec, "--moving", moving, 1, 3600);
    Checks.between(spec, "--seconds", seconds, 1, 600);
    Checks.between(spec, "--warmup", warmup, 0, 600);
    ProcessCost cost = options.cost();
    List<String> tokens = options.tokens("room-", subscribers);
    Result result =
        new Result()
            .put("scenario", "room")
            .put("subscribers", subscribers)
            .put("slow", slow)
            .put("unread", unread)
            .put("eventsPerSecond", rate);
    try {
      Histogram quiet = healthyAlone(cost, tokens, result);
      Histogram loaded = everybody(cost, tokens, result);
      result
          .put("p50ToQuiet", Latencies.at(loaded, 50) / Latencies.at(quiet, 50))
          .put("p99ToQuiet", Latencies.at(loaded, 99) / Latencies.at(quiet, 99));
    } catch (SQLException e) {
      throw new CommandException("PostgreSQL refused: " + e.getMessage(), e);
    }
    return result.missing(missing).print(spec.commandLine().getOut(), options.json());
  }

  private Histogram healthyAlone(ProcessCost cost, List<String> tokens, Result result)
      throws InterruptedException, SQLException {
    EventProbe probe = new EventProbe(BenchOptions.runName(), 200);
    try (SqlPublisher publisher = new SqlPublisher(options, probe, 1, CONNECTIONS);
        Swarm healthy = swarm(probe, tokens, 0)) {
      Meter busy = publish(publisher, healthy, cost);
      result
          .put("quietMs", Latencies.millis(healthy.fromSchedule()))
          .put("quietServerCores", busy.cores().server());
      missing.addAll(healthy.missing(publisher.heads(count())));
      return healthy.fromSchedule();
    }
  }

  private Histogram everybody(ProcessCost cost, List<String> tokens, Result result)
      throws InterruptedException, SQLException {
    EventProbe probe = new EventProbe(BenchOptions.runName(), 200);
    int wellCount = subscribers - slow - unread;
    try (HttpClient http = HttpClient.newHttpClient();
        SqlPublisher publisher = new SqlPublisher(options, probe, 1, CONNECTIONS);
        Swarm healthy = swarm(probe, tokens.subList(0, wellCount), 0);
        Swarm slowly = swarm(probe, tokens.subList(wellCount, wellCount + slow), SMALL_BUFFER);
        Swarm never = swarm(probe, tokens.subList(wellCount + slow, subscribers), SMALL_BUFFER)) {
      List<Swarm> all = List.of(healthy, slowly, never);
      final ServerMetrics before = ServerMetrics.of(http, options.url());
      result.put("liveHeapMibBefore", liveHeapMib(cost));
      slowly.readOnly(slowBytes);
      never.readOnly(0);
      Meter busy;
      try (Talk talk = new Talk(all, probe.channel(0), typing, moving)) {
        busy = publish(publisher, healthy, cost);
        result.put("signalsSaid", talk.signals()).put("movesSaid", talk.presence());
      }
      result
          .put("loadedMs", Latencies.millis(healthy.fromSchedule()))
          .put("loadedServerCores", busy.cores().server())
          .put("ephemeralReadByHealthy", healthy.ephemeralRead())
          .put("liveHeapMibWithFullQueues", liveHeapMib(cost));
      for (Swarm late : List.of(slowly, never)) {
        late.readAtOnce();
        late.await(count() * late.size(), LATE_NANOS);
      }
      awaitRecovered(all);
      shed(ServerMetrics.of(http, options.url()), before, all, result);
      all.forEach(swarm -> missing.addAll(swarm.missing(publisher.heads(count()))));
      result
          .put("timesBehind", Map.of("slow", slowly.behind(), "unread", never.behind()))
          .put("timesBehindHealthy", healthy.behind())
          .put("liveHeapMibAfter", liveHeapMib(cost));
      return healthy.fromSchedule();
    }
  }

  private Swarm swarm(EventProbe probe, List<String> tokens, int receiveBytes)
      throws InterruptedException {
    Swarm.Plan plan = new Swarm.Plan(options.url(), tokens::get, probe, tokens.size(), 1, true, 0);
    return Swarm.subscribed(plan, receiveBytes);
  }

  private long count() {
    return (long) rate * (warmup + seconds);
  }

  private Meter publish(SqlPublisher publisher, Swarm healthy, ProcessCost cost)
      throws InterruptedException {
    OpenLoop schedule = new OpenLoop(System.nanoTime() + 500_000_000, rate);
    long measured = (long) rate * warmup;
    healthy.recordFrom(schedule.due(measured));
    Meter meter = Meter.start(cost, schedule.due(measured), schedule.due(count()));
    publisher.publish(schedule, count(), measured);
    healthy.await(count() * healthy.size(), LATE_NANOS);
    return meter;
  }

  private static double liveHeapMib(ProcessCost cost) throws InterruptedException {
    return new ServerMemory(cost).read().heapKib() / 1024.0;
  }

  /** What was shed for those who are told of it later is not known before. */
  private void awaitRecovered(List<Swarm> swarms) {
    long until = System.nanoTime() + RECOVERED_NANOS;
    long degraded;
    while ((degraded = swarms.stream().mapToLong(Swarm::degraded).sum()) > 0) {
      if (System.nanoTime() > until) {
        missing.add(degraded + " subscribers were not told that they have recovered");
        return;
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
    }
  }

  private void shed(ServerMetrics now, ServerMetrics before, List<Swarm> swarms, Result result) {
    Map<String, Long> told = new TreeMap<>();
    swarms.forEach(swarm -> swarm.shed().forEach((lane, n) -> told.merge(lane, n, Long::sum)));
    Map<String, Long> counted = new TreeMap<>();
    for (String lane : LANES) {
      long shed = now.since(before, "tailrace_shed_total{lane=\"" + lane + "\"}");
      if (shed > 0) {
        counted.put(lane, shed);
      }
    }
    result.put("shedAsTold", told).put("shedAsCounted", counted);
    if (!told.equals(counted)) {
      missing.add("what clients were told of shedding is not what the gateway has counted");
    }
  }
}
