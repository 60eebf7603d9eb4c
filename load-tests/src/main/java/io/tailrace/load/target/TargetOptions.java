package io.tailrace.load.target;

import java.net.URI;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which running system is meant: its data folder tells everything else. */
public final class TargetOptions {
  @Option(
      names = "--data",
      defaultValue = "./data",
      description =
          "Data folder of the running system; its keys sign the tokens. Default: ${DEFAULT-VALUE}.")
  private Path data = Path.of("data");

  @Option(names = "--url", description = "Where the system is. Default: what the data folder says.")
  private @Nullable URI url;

  @Option(
      names = "--jdbc",
      description = "JDBC URL with user and password. Default: what the data folder says.")
  private @Nullable String jdbc;

  /** The system meant, which must run. */
  public RunningSystem system() {
    return new RunningSystem(data, url, jdbc);
  }
}
