package io.tailrace.standalone.cli;

import io.tailrace.client.ChannelEvent;
import io.tailrace.client.EventPage;
import io.tailrace.client.EventQuery;
import io.tailrace.client.TailraceClient;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints what a channel's history holds. */
@Command(
    name = "history",
    description = "Prints the events of a channel, one per line, oldest first.",
    mixinStandardHelpOptions = true)
final class HistoryCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private ServerOptions server = new ServerOptions();

  @Parameters(index = "0", paramLabel = "CHANNEL", description = "Such as chat:lobby.")
  private String channel = "";

  @Option(names = "--after", defaultValue = "0", description = "Begin behind this seq. Default: 0.")
  private long after;

  @Option(names = "--limit", description = "Stop after so many events. Default: at the head.")
  private long limit = Long.MAX_VALUE;

  @Option(
      names = "--min-seq",
      defaultValue = "0",
      description = "Wait until history has this seq, as after a write of your own.")
  private long minSeq;

  @Option(names = "--json", description = "One JSON object per line.")
  private boolean json;

  @Override
  public Integer call() {
    if (after < 0 || limit < 1 || minSeq < 0) {
      throw new ParameterException(
          spec.commandLine(), "--after and --min-seq must be 0 or more, --limit 1 or more.");
    }
    return server.ask(this::print);
  }

  private int print(TailraceClient client) {
    EventPrinter printer = new EventPrinter(json);
    long left = limit;
    Long next = after;
    while (next != null && left > 0) {
      int count = (int) Math.min(left, EventQuery.LIMIT_MAX);
      EventPage page =
          client.history().events(channel, new EventQuery(next, count, null, minSeq, 0));
      for (ChannelEvent event : page.events()) {
        printer.print(event);
      }
      left -= page.events().size();
      next = page.next();
      if (!printer.flush()) {
        return 0; // nobody reads any more
      }
    }
    return 0;
  }
}
