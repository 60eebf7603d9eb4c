package io.tailrace.load.bench;

import io.tailrace.standalone.cli.CommandException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.HdrHistogram.Histogram;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What one tenant's flood does to another tenant's writes. */
@Command(
    name = "fair",
    description = {
      "The tenant demo writes at a small rate, first alone, then while the tenant acme sends as"
          + " much as its connections take.",
      "Told is how much slower demo's writes are beside the flood."
    },
    mixinStandardHelpOptions = true)
final class FairCommand implements Callable<Integer> {
  private static final String FLOODING = "acme";
  private static final int QUIET_CONNECTIONS = 32;
  private static final int FLOOD_CHANNELS = 100;

  /** Far more than any system takes: every connection always waits for an answer. */
  private static final double FLOOD_PER_SECOND = 1_000_000;

  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private BenchOptions options = new BenchOptions();

  @Option(
      names = "--rate",
      defaultValue = "50",
      description = "Writes per second of demo. Default: ${DEFAULT-VALUE}.")
  private int rate = 50;

  @Option(
      names = "--flood",
      defaultValue = "512",
      description = "Connections of acme, each with a write under way. Default: ${DEFAULT-VALUE}.")
  private int flood = 512;

  @Option(
      names = "--seconds",
      defaultValue = "10",
      description = "Measured with and without. Default: ${DEFAULT-VALUE}.")
  private int seconds = 10;

  @Option(names = "--ack", defaultValue = "seq", description = "seq or commit. Default: seq.")
  private String ack = "seq";

  @Override
  public Integer call() throws InterruptedException {
    Checks.between(spec, "--rate", rate, 1, 10_000);
    Checks.between(spec, "--flood", flood, 1, 4_000);
    Checks.between(spec, "--seconds", seconds, 1, 600);
    boolean commit = ack.equals("commit");
    EventProbe probe = new EventProbe(BenchOptions.runName(), 200);
    HttpLoad.Plan quiet =
        new HttpLoad.Plan(
            options.url(), options.token(), probe, FLOOD_CHANNELS, QUIET_CONNECTIONS, commit);
    HttpLoad.Plan loud =
        new HttpLoad.Plan(
            options.url(), options.token(FLOODING), probe, FLOOD_CHANNELS, flood, commit);
    try (HttpLoad load = new HttpLoad(quiet);
        Flood acme = new Flood(loud)) {
      HttpLoad.Step alone = load.run(rate, 2, seconds);
      acme.begin();
      HttpLoad.Step beside = load.run(rate, 2, seconds);
      Map<Integer, Long> floodAnswers = acme.end();
      long refused = alone.refused() + beside.refused();
      return new Result()
          .put("scenario", "fair")
          .put("ack", ack)
          .put("alone", row(alone))
          .put("besideFlood", row(beside))
          .put("p50Ratio", ratio(alone.latencies(), beside.latencies(), 50))
          .put("p99Ratio", ratio(alone.latencies(), beside.latencies(), 99))
          .put("floodAnswers", floodAnswers)
          .missing(refused == 0 ? List.of() : List.of(refused + " writes of demo were refused"))
          .print(spec.commandLine().getOut(), options.json());
    }
  }

  private static Map<String, Object> row(HttpLoad.Step step) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("perSecond", step.perSecond());
    row.put("p50", Latencies.at(step.latencies(), 50));
    row.put("p99", Latencies.at(step.latencies(), 99));
    row.put("answers", step.answers());
    return row;
  }

  private static double ratio(Histogram alone, Histogram beside, double percentile) {
    return Latencies.at(beside, percentile) / Latencies.at(alone, percentile);
  }

  /** Writes as fast as its connections are answered, on a thread of its own. */
  private static final class Flood implements AutoCloseable {
    private final HttpLoad load;
    private final AtomicBoolean ended = new AtomicBoolean();
    private final ExecutorService thread = Executors.newSingleThreadExecutor();
    private final Map<Integer, Long> answers = new TreeMap<>();
    private Future<?> running = CompletableFuture.completedFuture(null);

    Flood(HttpLoad.Plan plan) {
      load = new HttpLoad(plan);
    }

    void begin() {
      running =
          thread.submit(() -> {
            while (!ended.get()) {
              // It ends whenever it is too far behind, and begins again.
              load.run(FLOOD_PER_SECOND, 0, 60)
                  .answers()
                  .forEach((status, count) -> answers.merge(status, count, Long::sum));
            }
          });
    }

    Map<Integer, Long> end() throws InterruptedException {
      ended.set(true);
      try {
        running.get();
      } catch (ExecutionException e) {
        throw new CommandException("The flood broke: " + e.getCause(), e);
      }
      return answers;
    }

    @Override
    public void close() {
      ended.set(true);
      thread.close();
      load.close();
    }
  }
}
