package io.tailrace.load.bench;

import io.tailrace.load.fault.ManyProcesses;
import io.tailrace.load.target.OwnSystemOptions;
import io.tailrace.schemas.topic.Placement;
import io.tailrace.schemas.topic.Topics;
import io.tailrace.standalone.cli.CommandException;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** How long the live path, and history, stand still when a process ends. */
@Command(
    name = "takeover",
    description = {
      "Starts a system of processes of its own, sequencer, relay and catch-up twice, writes at a steady"
          + " rate, and ends one",
      "of a pair at random moments, by SIGKILL and by SIGTERM. For each the longest wait between"
          + " commit and socket,",
      "over all channels, is taken; for the catch-up pair the longest wait of the one that is left for"
          + " an answer."
    },
    mixinStandardHelpOptions = true)
final class TakeoverCommand implements Callable<Integer> {
  private static final int SOCKETS = 4;
  private static final int CONNECTIONS = 4;
  private static final String CATCHUP_GROUP = "tailrace-catchup";
  private static final long SETTLE_NANOS = 20_000_000_000L;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--kills",
      defaultValue = "10",
      description = "SIGKILLs of a sequencer that comes back later. Default: ${DEFAULT-VALUE}.")
  private int kills = 10;

  @Option(
      names = "--supervised",
      defaultValue = "5",
      description = "SIGKILLs of one that is started again at once. Default: ${DEFAULT-VALUE}.")
  private int supervised = 5;

  @Option(
      names = "--stops",
      defaultValue = "5",
      description = "SIGTERMs of a sequencer. Default: ${DEFAULT-VALUE}.")
  private int stops = 5;

  @Option(
      names = "--relay",
      defaultValue = "5",
      description = "SIGTERMs, then SIGKILLs of the relay that leads. Default: ${DEFAULT-VALUE}.")
  private int relay = 5;

  @Option(
      names = "--catchup",
      defaultValue = "5",
      description = "SIGKILLs of a catch-up process. Default: ${DEFAULT-VALUE}.")
  private int catchup = 5;

  @Option(
      names = "--rate",
      defaultValue = "200",
      description = "Events per second. Default: ${DEFAULT-VALUE}.")
  private int rate = 200;

  @Option(
      names = "--channels",
      defaultValue = "40",
      description = "Up to 1000, times of 4. Default: ${DEFAULT-VALUE}.")
  private int channels = 40;

  @Option(
      names = "--pause",
      defaultValue = "3000",
      description = "Longest random wait before each, ms. Default: ${DEFAULT-VALUE}.")
  private int pauseMs = 3000;

  @Option(
      names = "--session",
      description = "Milliseconds of sequencer.session.ms and catchup.session.ms.")
  private @Nullable Long sessionMs;

  @Mixin private OwnSystemOptions own = new OwnSystemOptions();

  @Option(names = "--json", description = "The result as JSON.")
  private boolean json = false;

  @Override
  public Integer call() throws Exception {
    for (int count : new int[] {kills, supervised, stops, relay, catchup}) {
      Checks.between(spec, "the number of each", count, 0, 1000);
    }
    Checks.between(spec, "--rate", rate, 1, 20_000);
    Checks.between(spec, "--channels", channels, SOCKETS, EventProbe.CHANNELS_MAX);
    Checks.between(spec, "--pause", pauseMs, 1, 60_000);
    Optional<Duration> session = Optional.ofNullable(sessionMs).map(Duration::ofMillis);
    Path folder = own.folder("takeover");
    spec.commandLine().getErr().println("folder " + folder);
    try (ManyProcesses system = ManyProcesses.start(folder, session)) {
      return measure(system).print(spec.commandLine().getOut(), json);
    } catch (IOException | SQLException e) {
      throw new CommandException("The system cannot be reached: " + e.getMessage(), e);
    }
  }

  private Result measure(ManyProcesses system) throws Exception {
    int used = channels / SOCKETS * SOCKETS;
    EventProbe probe = new EventProbe(BenchOptions.runName(), 200);
    String token = system.target().tokens().apply("bench");
    Swarm.Plan plan =
        new Swarm.Plan(
            system.target().gateway(), _ -> token, probe, SOCKETS, used / SOCKETS, false, 0);
    Stalls stalls = new Stalls(used);
    try (Swarm swarm = Swarm.subscribed(plan);
        SteadyWriter writer =
            new SteadyWriter(
                system.target()::connect, probe, new SteadyWriter.Load(rate, used, CONNECTIONS));
        Members members = new Members(system.bootstrap())) {
      swarm.watch(stalls);
      Result result = new Result().put("scenario", "takeover").put("eventsPerSecond", rate);
      Ends ends = new Ends(system, members, random(), spec.commandLine().getErr());
      sequencers(ends, stalls, result);
      relays(ends, stalls, result);
      catchups(ends, probe, result);
      long[] heads = writer.end();
      swarm.await(Arrays.stream(heads).sum(), SETTLE_NANOS);
      return result.put("events", swarm.delivered()).missing(swarm.missing(heads));
    }
  }

  private record Ends(ManyProcesses system, Members members, Random random, PrintWriter log) {
    Takeover of(Takeover.Pair pair, Stalls stalls) {
      return new Takeover(system, pair, stalls, random, log);
    }

    /** Partitions of a consumer group. */
    Takeover.Work group(String name) {
      return new Takeover.Work() {
        @Override
        public int heldBy(String process) throws InterruptedException {
          return members.partitionsOf(name, process);
        }

        @Override
        public boolean isShared() {
          return true;
        }
      };
    }

    /** The one stream out of PostgreSQL. */
    Takeover.Work stream() {
      return new Takeover.Work() {
        @Override
        public int heldBy(String process) throws InterruptedException {
          return system.leads(process) ? 1 : 0;
        }

        @Override
        public boolean isShared() {
          return false;
        }
      };
    }
  }

  private void relays(Ends ends, Stalls stalls, Result result) throws InterruptedException {
    relays(ends, stalls, Takeover.Way.STOPPED, "relayStopped", result);
    relays(ends, stalls, Takeover.Way.KILLED, "relayKilled", result);
  }

  private void relays(Ends ends, Stalls stalls, Takeover.Way way, String name, Result result)
      throws InterruptedException {
    // Who leads is ended first, then the one that took over, and so on.
    List<String> names = ends.system().relays();
    Takeover takeover =
        ends.of(
            new Takeover.Pair(names.getLast(), names.getFirst(), ends.stream(), _ -> {}), stalls);
    put(result, name, takeover.take(way, relay, pauseMs));
  }

  private void sequencers(Ends ends, Stalls stalls, Result result) throws InterruptedException {
    Takeover takeover =
        ends.of(
            new Takeover.Pair(
                "sequencer-1", "sequencer-2", ends.group(Topics.SEQUENCER_GROUP), _ -> {}),
            stalls);
    put(result, "sequencerKilled", takeover.take(Takeover.Way.KILLED, kills, pauseMs));
    put(
        result,
        "sequencerKilledAndStarted",
        takeover.take(Takeover.Way.KILLED_AND_STARTED, supervised, pauseMs));
    put(result, "sequencerStopped", takeover.take(Takeover.Way.STOPPED, stops, pauseMs));
  }

  private void catchups(Ends ends, EventProbe probe, Result result) throws InterruptedException {
    ManyProcesses system = ends.system();
    Stalls waits = new Stalls(2 * ManyProcesses.PARTITIONS);
    URI first = system.baseOf("catchup-1");
    try (Questions questions =
        new Questions(system, onePerPartition(probe, system.target().tenant()), waits, first)) {
      Takeover takeover =
          ends.of(
              new Takeover.Pair(
                  "catchup-1",
                  "catchup-2",
                  ends.group(CATCHUP_GROUP),
                  left -> questions.ask(system.baseOf(left))),
              waits);
      put(result, "catchupKilled", takeover.take(Takeover.Way.KILLED, catchup, pauseMs));
    }
  }

  /** A channel of every partition, as Kafka's default partitioner places their names. */
  private List<String> onePerPartition(EventProbe probe, String tenant) {
    return IntStream.range(0, ManyProcesses.PARTITIONS)
        .mapToObj(partition ->
            IntStream.range(0, channels)
                .mapToObj(probe::channel)
                .filter(name -> partitionOf(tenant + "/" + name) == partition)
                .findFirst()
                .orElseThrow(() ->
                    new CommandException(
                        "no channel lies in partition " + partition + ": more --channels")))
        .toList();
  }

  private static int partitionOf(String channel) {
    return Placement.SHARED.partitionOf(channel, ManyProcesses.PARTITIONS);
  }

  private static void put(Result result, String name, List<Takeover.Seen> seen) {
    if (seen.isEmpty()) {
      return;
    }
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("count", seen.size());
    values.put("stallMedianMs", sorted(seen, Takeover.Seen::stallNanos)[seen.size() / 2]);
    values.put("stallMaxMs", sorted(seen, Takeover.Seen::stallNanos)[seen.size() - 1]);
    values.put("backMedianMs", sorted(seen, Takeover.Seen::returnNanos)[seen.size() / 2]);
    values.put("backMaxMs", sorted(seen, Takeover.Seen::returnNanos)[seen.size() - 1]);
    values.put("stallsMs", Arrays.toString(sorted(seen, Takeover.Seen::stallNanos)));
    result.put(name, values);
  }

  /** Milliseconds. */
  private static long[] sorted(List<Takeover.Seen> seen, ToLongFunction<Takeover.Seen> nanos) {
    return seen.stream().mapToLong(nanos).map(value -> value / 1_000_000).sorted().toArray();
  }

  private Random random() {
    long chosen = own.seed();
    spec.commandLine().getErr().println("seed " + chosen);
    return new Random(chosen);
  }
}
