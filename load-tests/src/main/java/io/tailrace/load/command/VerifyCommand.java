package io.tailrace.load.command;

import io.tailrace.load.scenario.Disturbance;
import io.tailrace.load.scenario.Verification;
import io.tailrace.load.scenario.VerifyOptions;
import io.tailrace.load.scenario.VerifyResult;
import io.tailrace.load.target.TargetOptions;
import io.tailrace.standalone.cli.CommandException;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Random;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Checks the invariants of a running system. */
@Command(
    name = "verify",
    description = {
      "Checks a running system from the outside, under load and bad networks.",
      "What was acknowledged, what subscribers got, what history says and the order of PostgreSQL's"
          + " commits must be the same list; in channels with members, users who are let in and shut"
          + " out must see all of theirs and nothing else. Writes to channels chat:verify-* of the"
          + " tenant demo."
    },
    mixinStandardHelpOptions = true)
public final class VerifyCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private TargetOptions target = new TargetOptions();

  @Option(
      names = "--seconds",
      defaultValue = "30",
      description = "How long there is load. Default: ${DEFAULT-VALUE}.")
  private int seconds = 30;

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
      names = "--rate",
      defaultValue = "200",
      description = "Events written in a second. Default: ${DEFAULT-VALUE}.")
  private int rate = 200;

  @Option(names = "--subscribers", defaultValue = "9", description = "Default: ${DEFAULT-VALUE}.")
  private int subscribers = 9;

  @Option(
      names = "--cuts",
      defaultValue = "1",
      description = "Connections broken in a second. Default: ${DEFAULT-VALUE}.")
  private double cuts = 1;

  @Option(
      names = "--settle",
      defaultValue = "60",
      description = "Seconds that everything may take to arrive. Default: ${DEFAULT-VALUE}.")
  private int settle = 60;

  @Option(names = "--seed", description = "Of all that is random. Default: another one each time.")
  private @Nullable Long seed;

  @Option(names = "--json", description = "The verdict as JSON.")
  private boolean json = false;

  @Override
  public Integer call() throws InterruptedException {
    long chosen = seed == null ? new Random().nextLong(1_000_000) : seed;
    spec.commandLine().getErr().println("seed " + chosen);
    var result = run(options(chosen));
    spec.commandLine().getOut().println(new VerdictText(result).print(json));
    return result.holds() ? 0 : 1;
  }

  private VerifyResult run(VerifyOptions options) throws InterruptedException {
    try (var js = NodeNotice.open(spec);
        var bar = new Bar("verify");
        var verification =
            new Verification(options, target.system().target(), Disturbance.NONE, bar, js)) {
      return verification.run();
    } catch (IOException | SQLException failure) {
      throw new CommandException("The system cannot be reached: " + failure.getMessage(), failure);
    }
  }

  private VerifyOptions options(long chosen) {
    try {
      return new VerifyOptions(
          seconds, channels, memberChannels, rate, subscribers, cuts, settle, chosen);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }
}
