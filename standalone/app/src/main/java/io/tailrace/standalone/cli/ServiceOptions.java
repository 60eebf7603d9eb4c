package io.tailrace.standalone.cli;

import io.tailrace.standalone.launch.Standalone;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Settings of the services, where they run in this process. */
final class ServiceOptions {
  @Option(
      names = "--set",
      paramLabel = "NAME=VALUE",
      description =
          "A setting of the services, as docs/running.md lists them; may be repeated, such as"
              + " --set contracts.dir=./contracts.")
  private Map<String, String> settings = new TreeMap<>();

  /**
   * The settings by name.
   *
   * @throws ParameterException for one that no service has, or that follows from the data folder
   */
  Map<String, String> settings(CommandSpec spec) {
    for (String name : settings.keySet()) {
      if (!Standalone.mayBeSet(name)) {
        throw new ParameterException(
            spec.commandLine(),
            "--set " + name + " is no setting that can be set here: see docs/running.md");
      }
    }
    return Map.copyOf(settings);
  }
}
