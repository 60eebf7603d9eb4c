package io.tailrace.standalone.cli;

import io.tailrace.client.ChannelEvent;
import io.tailrace.client.Snapshot;
import io.tailrace.schemas.event.Chain;
import io.tailrace.schemas.frame.JsonText;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints the latest event of every entity. */
@Command(
    name = "snapshot",
    description = "Prints the latest event of every entity of a channel, and as of which seq.",
    mixinStandardHelpOptions = true)
final class SnapshotCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private ServerOptions server = new ServerOptions();

  @Parameters(index = "0", paramLabel = "CHANNEL", description = "Such as doc:plan.")
  private String channel = "";

  @Option(names = "--json", description = "The whole snapshot as one JSON object.")
  private boolean json;

  @Override
  public Integer call() {
    Snapshot snapshot = server.ask(client -> client.history().snapshot(channel));
    EventPrinter printer = new EventPrinter(json);
    if (json) {
      printer.raw(toJson(snapshot));
    } else {
      snapshot.entities().forEach(printer::print);
      spec.commandLine()
          .getErr()
          .println(
              channel
                  + " as of seq "
                  + snapshot.seq()
                  + ", epoch "
                  + snapshot.epoch()
                  + ", chain "
                  + Chain.hex(snapshot.chain()));
    }
    printer.flush();
    return 0;
  }

  private static JsonText toJson(Snapshot snapshot) {
    JsonText out = new JsonText(4096);
    out.ascii("{\"channel\":").string(snapshot.channel());
    out.ascii(",\"epoch\":").number(snapshot.epoch()).ascii(",\"seq\":").number(snapshot.seq());
    out.ascii(",\"chain\":\"").ascii(Chain.hex(snapshot.chain())).ascii("\",\"entities\":[");
    String separator = "";
    for (ChannelEvent event : snapshot.entities()) {
      out.ascii(separator);
      EventPrinter.json(out, event);
      separator = ",";
    }
    return out.ascii("]}");
  }
}
