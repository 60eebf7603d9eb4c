package io.tailrace.load.bench;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures a running system of this machine. */
@Command(
    name = "bench",
    description =
        "Measures the system that runs on this machine; docs/performance.md says how and what came"
            + " out.",
    subcommands = {
      LatencyCommand.class,
      HttpCommand.class,
      FairCommand.class,
      HotCommand.class,
      SqlCommand.class,
      FanoutCommand.class,
      BesideCommand.class,
      ConnectionsCommand.class,
      RoomCommand.class,
      PresenceCommand.class,
      StormCommand.class,
      JoinsCommand.class,
      TakeoverCommand.class
    },
    synopsisSubcommandLabel = "SCENARIO",
    mixinStandardHelpOptions = true)
public final class BenchCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "name a scenario");
  }
}
