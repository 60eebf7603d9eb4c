package io.tailrace.standalone.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Unmatched;

/** Runs one service as a process of its own, against any PostgreSQL and Kafka. */
@Command(
    name = "service",
    description = {
      "Runs one service as a process of its own, against any PostgreSQL and Kafka.",
      "Settings: --name=value, --config=FILE, or the environment; `service NAME --help` lists them."
    })
final class ServiceCommand implements Callable<Integer> {
  /** The services, in the order of an event's way, and who looks at them. */
  private enum Name {
    write,
    relay,
    sequencer,
    gateway,
    catchup,
    console
  }

  @Parameters(paramLabel = "NAME", description = "One of ${COMPLETION-CANDIDATES}.")
  private Name name = Name.write;

  @Unmatched private List<String> settings = new ArrayList<>();

  @Override
  public Integer call() {
    String[] arguments = settings.toArray(String[]::new);
    switch (name) {
      case write -> io.tailrace.write.Main.main(arguments);
      case relay -> io.tailrace.relay.Main.main(arguments);
      case sequencer -> io.tailrace.sequencer.Main.main(arguments);
      case gateway -> io.tailrace.gateway.Main.main(arguments);
      case catchup -> io.tailrace.catchup.Main.main(arguments);
      case console -> io.tailrace.standalone.web.ConsoleService.main(arguments);
    }
    return 0;
  }
}
