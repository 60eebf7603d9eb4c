package io.tailrace.load.command;

import io.tailrace.standalone.cli.CommandProvider;
import java.util.List;

/** Brings the commands of this module to the command line. */
public final class LoadCommands implements CommandProvider {
  @Override
  public List<Object> commands() {
    return List.of(new VerifyCommand(), new ChaosCommand());
  }
}
