package io.tailrace.load.command;

import io.tailrace.load.fault.ManyProcesses;
import io.tailrace.load.fault.OneJvm;
import io.tailrace.load.fault.Victims;
import io.tailrace.load.scenario.Disturbance;
import io.tailrace.load.scenario.Killings;
import io.tailrace.load.scenario.Rolling;
import io.tailrace.load.scenario.Verification;
import io.tailrace.load.scenario.VerifyOptions;
import io.tailrace.load.scenario.VerifyResult;
import io.tailrace.load.target.OwnSystemOptions;
import io.tailrace.load.target.RunningSystem;
import io.tailrace.load.target.Target;
import io.tailrace.standalone.cli.CommandException;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Verifies a system of its own while killing it. */
@Command(
    name = "chaos",
    description = {
      "Does what verify does on a system of its own, whose processes it kills (-9).",
      "They are killed at random times and started again; the folder is new, and kept."
    },
    mixinStandardHelpOptions = true)
public final class ChaosCommand implements Callable<Integer> {
  /** In a second. */
  private static final double CUTS = 0.5;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(names = "--minutes", defaultValue = "2", description = "Default: ${DEFAULT-VALUE}.")
  private int minutes = 2;

  @Option(
      names = "--kills",
      defaultValue = "10",
      description = "Goes on until there were so many, for at most four times the minutes.")
  private int kills = 10;

  @Option(
      names = "--pause",
      defaultValue = "5000",
      description = "Milliseconds between ready and the next kill, on average.")
  private int pauseMs = 5_000;

  @Option(names = "--rate", defaultValue = "100", description = "Events written in a second.")
  private int rate = 100;

  @Option(names = "--channels", defaultValue = "6", description = "Default: ${DEFAULT-VALUE}.")
  private int channels = 6;

  @Option(
      names = "--member-channels",
      defaultValue = "4",
      description =
          "Channels with members beside them: users are let in and shut out while they look."
              + " Default: ${DEFAULT-VALUE}.")
  private int memberChannels = 4;

  @Option(
      names = "--settle",
      defaultValue = "120",
      description = "Seconds that everything may take to arrive at the end.")
  private int settle = 120;

  @Option(
      names = "--processes",
      description = {
        "Each service as a process of its own, all but write-service twice, killed one by one,",
        "instead of one JVM."
      })
  private boolean processes = false;

  @Option(
      names = "--rolling",
      description = {
        "With --processes: kills nobody. Each process is asked to stop (SIGTERM), started again when it",
        "has ended and left alone for --pause once it is ready, then the next one; all of them once.",
        "Clients come through a balancer that looks at /health/ready. How long events took meanwhile",
        "stands beside a quiet time before. Exit code 1 also where one ended with another code than 0."
      })
  private boolean rolling = false;

  @Option(
      names = "--quiet",
      defaultValue = "30",
      description =
          "With --rolling: seconds of warming up, and as many of quiet time. Default:"
              + " ${DEFAULT-VALUE}.")
  private int quiet = 30;

  @Mixin private OwnSystemOptions own = new OwnSystemOptions();

  @Option(names = "--json", description = "The verdict as JSON.")
  private boolean json = false;

  @Override
  public Integer call() throws InterruptedException {
    if (minutes < 1 || minutes > 24 * 60 || kills < 0 || pauseMs < 1) {
      throw new ParameterException(
          spec.commandLine(), "--minutes must be 1 to 1440, --kills and --pause positive");
    }
    if (rolling && !processes || quiet < 1 || quiet > 3600) {
      throw new ParameterException(
          spec.commandLine(), "--rolling needs --processes, and --quiet must be 1 to 3600");
    }
    long chosen = own.seed();
    var folder = own.folder("chaos");
    spec.commandLine().getErr().println("seed " + chosen + ", folder " + folder);
    try {
      return rolling ? roll(chosen, folder) : kill(chosen, folder);
    } catch (IOException | SQLException failure) {
      throw new CommandException("The system cannot be reached: " + failure.getMessage(), failure);
    }
  }

  private int kill(long chosen, Path folder)
      throws IOException, SQLException, InterruptedException {
    try (Victims victims = victims(folder);
        Killings killings = new Killings(victims, kills, pauseMs, chosen)) {
      var result = verify(options(chosen, CUTS), victims.target(), killings);
      spec.commandLine().getOut().println(new VerdictText(result).print(json));
      return result.holds() ? 0 : 1;
    }
  }

  private int roll(long chosen, Path folder)
      throws IOException, SQLException, InterruptedException {
    long quietMs = TimeUnit.SECONDS.toMillis(quiet);
    try (var system = ManyProcesses.start(folder);
        var rolls = new Rolling(system, new Rolling.Pace(quietMs, quietMs, pauseMs))) {
      var result = verify(options(chosen, 0), system.target(), rolls);
      var text = new RollingText(new VerdictText(result), rolls.rolls());
      spec.commandLine().getOut().println(text.print(json));
      return result.holds() && text.allEndedWell() ? 0 : 1;
    }
  }

  private VerifyResult verify(VerifyOptions options, Target target, Disturbance disturbance)
      throws IOException, SQLException, InterruptedException {
    try (var js = NodeNotice.open(spec);
        var bar = new Bar("chaos");
        var verification = new Verification(options, target, disturbance, bar, js)) {
      return verification.run();
    }
  }

  private Victims victims(Path folder) throws IOException, InterruptedException {
    if (processes) {
      return ManyProcesses.start(folder);
    }
    return OneJvm.start(
        folder, freePort(), (data, base) -> new RunningSystem(data, base, null).target());
  }

  private VerifyOptions options(long chosen, double cuts) {
    try {
      return new VerifyOptions(
          minutes * 60, channels, memberChannels, rate, 9, cuts, settle, chosen);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
