package io.tailrace.load;

import io.tailrace.load.bench.BenchCommand;
import io.tailrace.load.command.ChaosCommand;
import io.tailrace.load.command.VerifyCommand;
import io.tailrace.load.replay.ReplayCommand;
import io.tailrace.standalone.cli.CommandProvider;
import java.util.List;

/** The commands of this module on the command line. */
public final class LoadCommands implements CommandProvider {
  @Override
  public List<Object> commands() {
    return List.of(
        new VerifyCommand(), new ChaosCommand(), new ReplayCommand(), new BenchCommand());
  }
}
