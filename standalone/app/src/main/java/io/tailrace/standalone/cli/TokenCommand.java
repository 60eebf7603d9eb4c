package io.tailrace.standalone.cli;

import io.tailrace.schemas.name.Channel;
import io.tailrace.standalone.launch.Installation;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Prints a token signed with the installation's development key, and nothing else. */
@Command(
    name = "token",
    description =
        "Prints a token signed with the installation's development key, and nothing else.",
    mixinStandardHelpOptions = true)
final class TokenCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(names = "--user", required = true, description = "Who speaks: the claim sub.")
  private String user = "";

  @Option(names = "--tenant", defaultValue = "demo", description = "Default: ${DEFAULT-VALUE}.")
  private String tenant = "";

  @Option(names = "--roles", split = ",", description = "Such as publisher,admin.")
  private List<String> roles = new ArrayList<>();

  @Option(
      names = "--channels",
      split = ",",
      description = "Patterns of the channels this token may use, such as chat:*; default: all.")
  private List<String> channels = new ArrayList<>();

  @Option(
      names = "--ttl",
      defaultValue = "1h",
      description = "How long it is valid: 30s, 10m, 1h, 7d. Default: ${DEFAULT-VALUE}.")
  private String ttl = "";

  @Option(names = "--data", defaultValue = "./data", description = "Default: ${DEFAULT-VALUE}.")
  private Path data = Path.of("data");

  @Override
  public Integer call() {
    if (!Channel.isTenant(tenant)) {
      throw wrong("--tenant must match [a-z0-9][a-z0-9-]{0,62}");
    }
    if (user.isEmpty() || user.length() > 200) {
      throw wrong("--user must have 1 to 200 characters");
    }
    String token =
        Installation.open(data)
            .token(
                tenant,
                user,
                new LinkedHashSet<>(roles),
                channels.isEmpty() ? null : channels,
                duration());
    spec.commandLine().getOut().println(token);
    return 0;
  }

  private Duration duration() {
    return TimeSpans.parse(ttl).orElseThrow(() -> wrong("--ttl must be " + TimeSpans.SHAPE));
  }

  private ParameterException wrong(String why) {
    return new ParameterException(spec.commandLine(), why);
  }
}
