package io.tailrace.load.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Single writes over HTTP. */
@Command(
    name = "http",
    description = {
      "Single writes over keep-alive connections in an open loop; latencies count from when a write"
          + " was due.",
      "With --rate one step, else a ramp up to the first rate whose p99 is 100 ms or more, or that"
          + " is refused."
    },
    mixinStandardHelpOptions = true)
final class HttpCommand implements Callable<Integer> {
  private static final double P99_MS = 100;

  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private BenchOptions options = new BenchOptions();

  @Option(
      names = "--connections",
      defaultValue = "1024",
      description = "Default: ${DEFAULT-VALUE}.")
  private int connections = 1024;

  @Option(names = "--rate", description = "Writes per second of a single step.")
  private @Nullable Integer rate;

  @Option(
      names = "--from",
      defaultValue = "2000",
      description = "First rate of the ramp. Default: ${DEFAULT-VALUE}.")
  private int from = 2000;

  @Option(names = "--step", defaultValue = "1000", description = "Default: ${DEFAULT-VALUE}.")
  private int step = 1000;

  @Option(
      names = "--to",
      defaultValue = "15000",
      description = "Last rate of the ramp. Default: ${DEFAULT-VALUE}.")
  private int to = 15_000;

  @Option(
      names = "--seconds",
      defaultValue = "8",
      description = "Measured per step. Default: ${DEFAULT-VALUE}.")
  private int seconds = 8;

  @Option(
      names = "--warmup",
      defaultValue = "2",
      description = "Seconds before each. Default: ${DEFAULT-VALUE}.")
  private int warmup = 2;

  @Option(names = "--channels", defaultValue = "100", description = "Default: ${DEFAULT-VALUE}.")
  private int channels = 100;

  @Option(
      names = "--ack",
      defaultValue = "seq",
      description = "What is waited for: seq, or commit. Default: ${DEFAULT-VALUE}.")
  private String ack = "seq";

  @Override
  public Integer call() {
    Checks.between(spec, "--connections", connections, 1, 10_000);
    Checks.between(spec, "--from", from, 1, 100_000);
    Checks.between(spec, "--step", step, 1, 100_000);
    Checks.between(spec, "--to", to, from, 100_000);
    Checks.between(spec, "--seconds", seconds, 1, 600);
    Checks.between(spec, "--warmup", warmup, 0, 600);
    Checks.between(spec, "--channels", channels, 1, EventProbe.CHANNELS_MAX);
    if (!ack.equals("seq") && !ack.equals("commit")) {
      throw new ParameterException(spec.commandLine(), "--ack must be seq or commit");
    }
    EventProbe probe = new EventProbe(BenchOptions.runName(), 200);
    HttpLoad.Plan plan =
        new HttpLoad.Plan(
            options.url(), options.token(), probe, channels, connections, ack.equals("commit"));
    ProcessCost cost = options.cost();
    try (HttpLoad load = new HttpLoad(plan)) {
      Result result =
          new Result().put("scenario", "http").put("ack", ack).put("connections", connections);
      if (rate != null) {
        Checks.between(spec, "--rate", rate, 1, 100_000);
        result.put("steps", List.of(step(load, rate, cost).row()));
      } else {
        ramp(load, cost, result);
      }
      String refusal = load.firstRefusal();
      return result
          .missing(refusal == null ? List.of() : List.of(refusal))
          .print(spec.commandLine().getOut(), options.json());
    }
  }

  private record Measured(HttpLoad.Step step, ProcessCost.Cores cores) {
    Map<String, Object> row() {
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("asked", (long) step.rate());
      row.put("perSecond", step.perSecond());
      row.put("p50", Latencies.at(step.latencies(), 50));
      row.put("p99", Latencies.at(step.latencies(), 99));
      row.put("p999", Latencies.at(step.latencies(), 99.9));
      row.put("answers", step.answers());
      row.put("serverCores", cores.server());
      row.put("postgresCores", cores.postgres());
      row.put("saturated", step.saturated());
      return row;
    }
  }

  /**
   * A step that fails is tried once more: a neighbour's work or a checkpoint is not the system's
   * limit.
   */
  private void ramp(HttpLoad load, ProcessCost cost, Result result) {
    List<Map<String, Object>> rows = new ArrayList<>();
    int knee = 0;
    for (int asked = from; asked <= to; asked += step) {
      Measured measured = step(load, asked, cost);
      rows.add(measured.row());
      if (!measured.step().holds(P99_MS)) {
        measured = step(load, asked, cost);
        rows.add(measured.row());
      }
      if (!measured.step().holds(P99_MS)) {
        break;
      }
      knee = asked;
    }
    result.put("steps", rows).put("kneePerSecond", knee);
  }

  private Measured step(HttpLoad load, int asked, ProcessCost cost) {
    ProcessCost.Reading before = cost.read();
    HttpLoad.Step done = load.run(asked, warmup, seconds);
    ProcessCost.Cores cores = ProcessCost.between(before, cost.read());
    spec.commandLine().getErr().println(new Measured(done, cores).row());
    return new Measured(done, cores);
  }
}
