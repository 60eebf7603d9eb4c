package io.tailrace.load.bench;

import io.tailrace.standalone.cli.CommandException;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Fan-out beside others that write the same bytes to as many sockets. */
@Command(
    name = "beside",
    description = {
      "Measures one after the other, with the same readers, frames and schedule: the running"
          + " system, a bare Java writer that",
      "only writes, and a Node server with the library ws, which npm installs into a temporary"
          + " folder (left out where it",
      "cannot). Each runs at --rate, then at the highest rate at which the last frame of"
          + " --step-seconds is not later than",
      "--late. Needs ulimit -n above the number of sockets, here and at the server."
    },
    mixinStandardHelpOptions = true)
final class BesideCommand implements Callable<Integer> {
  private static final int DATA_BYTES = 200;
  private static final int SAMPLE_MASK = 3;
  private static final int PARTS_MAX = 9;

  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private BenchOptions options = new BenchOptions();

  @Option(names = "--sockets", defaultValue = "2000", description = "Default: ${DEFAULT-VALUE}.")
  private int sockets = 2000;

  @Option(
      names = "--rate",
      defaultValue = "500",
      description = "Events per second. Default: ${DEFAULT-VALUE}.")
  private int rate = 500;

  @Option(
      names = "--seconds",
      defaultValue = "10",
      description = "Measured at that rate. Default: ${DEFAULT-VALUE}.")
  private int seconds = 10;

  @Option(
      names = "--step-seconds",
      defaultValue = "3",
      description = "At each rate of the ramp. Default: ${DEFAULT-VALUE}.")
  private int stepSeconds = 3;

  @Option(
      names = "--late",
      defaultValue = "300",
      description = "Milliseconds that the last frame may be late. Default: ${DEFAULT-VALUE}.")
  private int lateMs = 300;

  @Option(
      names = "--warmup",
      defaultValue = "5",
      description = "Seconds before, at the rate. Default: ${DEFAULT-VALUE}.")
  private int warmup = 5;

  private record Measured(Trial.Part base, Trial.Part most, String frame) {}

  private final List<String> missing = new ArrayList<>();

  @Override
  public Integer call() throws InterruptedException {
    Checks.between(spec, "--sockets", sockets, 1, 100_000);
    Checks.between(spec, "--rate", rate, 1, 20_000);
    Checks.between(spec, "--seconds", seconds, 1, 60);
    Checks.between(spec, "--step-seconds", stepSeconds, 1, 60);
    Checks.between(spec, "--late", lateMs, 1, 60_000);
    Checks.between(spec, "--warmup", warmup, 1, 60);
    EventProbe probe = new EventProbe(BenchOptions.runName(), DATA_BYTES);
    Result result =
        new Result()
            .put("scenario", "beside")
            .put("sockets", sockets)
            .put("eventsPerSecond", rate)
            .put("deliveriesPerSecondWanted", (long) rate * sockets);
    Measured tailrace;
    try (FrameSource system = new SystemSource(options, probe)) {
      tailrace = measured("tailrace", system, options.url(), probe);
    }
    FrameParts parts = FrameParts.of(tailrace.frame());
    result.put("frameBytes", tailrace.frame().length());
    result.put("tailrace", row(tailrace));
    Measured bare;
    try (WriterProcess writer = WriterProcess.bare(sockets, parts)) {
      bare = measured("bare writer", writer, writer.url(), probe);
    }
    result.put("bareWriter", Trial.row(bare.base(), bare.most()));
    ratios(result, "tailraceToBareWriter", tailrace, bare);
    try (WsFolder folder = new WsFolder();
        WriterProcess writer = WriterProcess.ws(folder, sockets, parts)) {
      Measured ws = measured("ws", writer, writer.url(), probe);
      result.put("ws", Trial.row(ws.base(), ws.most()));
      ratios(result, "tailraceToWs", tailrace, ws);
    } catch (IOException e) {
      result.put("ws", "left out: " + e.getMessage());
    }
    return result.missing(missing).print(spec.commandLine().getOut(), options.json());
  }

  private Measured measured(String name, FrameSource source, URI url, EventProbe probe)
      throws InterruptedException {
    String token = options.token();
    Swarm.Plan plan = new Swarm.Plan(url, _ -> token, probe, sockets, 1, true, SAMPLE_MASK);
    try (Swarm swarm = Swarm.subscribed(plan)) {
      Trial trial = new Trial(source, swarm, sockets, lateMs);
      trial.run(rate, warmup);
      Trial.Part base = trial.run(rate, seconds);
      Trial.Part most = trial.most(base, stepSeconds, PARTS_MAX);
      for (String line : swarm.missing(new long[] {trial.made()})) {
        missing.add(name + ": " + line);
      }
      String frame = swarm.firstFrame();
      if (frame == null) {
        throw new CommandException("Not one event came: " + missing);
      }
      return new Measured(base, most, frame);
    }
  }

  /**
   * The product's process holds more than its peers': what only writes to sockets is told apart.
   */
  private static Map<String, Object> row(Measured tailrace) {
    Trial.Part base = tailrace.base();
    Map<String, Object> row = Trial.row(base, tailrace.most());
    row.put("ioThreadsCpuMicrosEach", Trial.rounded(base.micros(base.ioSeconds())));
    row.put("postgresCores", Trial.rounded(base.postgresSeconds() / base.seconds()));
    return row;
  }

  private static void ratios(Result result, String name, Measured tailrace, Measured peer) {
    Trial.Part own = tailrace.base();
    Trial.Part other = peer.base();
    double each = other.micros(other.cpuSeconds());
    Map<String, Object> ratios = new LinkedHashMap<>();
    ratios.put("atMost", Trial.rounded(tailrace.most().perSecond() / peer.most().perSecond()));
    ratios.put("perCpu", Trial.rounded(each / own.micros(own.cpuSeconds())));
    ratios.put("perCpuOfIoThreads", Trial.rounded(each / own.micros(own.ioSeconds())));
    result.put(name, ratios);
  }
}
