package io.tailrace.standalone.cli;

import io.tailrace.client.ChannelEvent;
import io.tailrace.client.ChannelListener;
import io.tailrace.client.ConnectionListener;
import io.tailrace.client.Snapshot;
import io.tailrace.client.TailraceClient;
import io.tailrace.client.channel.Trouble;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Follows a channel until it is stopped, across restarts of the server. */
@Command(
    name = "tail",
    description = {
      "Follows a channel: one event per line, each exactly once, in order.",
      "Goes on by itself after a lost connection. Ends with Ctrl-C."
    },
    mixinStandardHelpOptions = true)
final class TailCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private ServerOptions server = new ServerOptions();

  @Parameters(index = "0", paramLabel = "CHANNEL", description = "Such as chat:lobby.")
  private String channel = "";

  @Option(
      names = "--after",
      description = "Begin behind this seq; 0: everything. Default: at the head.")
  private @Nullable Long after;

  @Option(names = "--count", description = "End after so many events.")
  private long count = Long.MAX_VALUE;

  @Option(names = "--json", description = "One JSON object per line.")
  private boolean json;

  @Override
  public Integer call() throws InterruptedException {
    if (count < 1 || after != null && after < 0) {
      throw new ParameterException(
          spec.commandLine(), "--after must be 0 or more, --count 1 or more.");
    }
    Follower follower = new Follower();
    try (TailraceClient client = server.client(follower)) {
      if (after == null) {
        client.subscribe(channel, follower);
      } else {
        client.subscribe(channel, after, follower);
      }
      String failure = follower.end.join();
      if (!failure.isEmpty()) {
        throw new CommandException(failure);
      }
      return 0;
    }
  }

  /** Prints; its end is an empty text, or what failed. Called from the client's thread only. */
  private final class Follower implements ChannelListener, ConnectionListener {
    private final CompletableFuture<String> end = new CompletableFuture<>();
    private final EventPrinter printer = new EventPrinter(json);
    private final PrintWriter notes = spec.commandLine().getErr();
    private boolean everConnected;
    private boolean connected;
    private long printed;

    @Override
    public void onEvent(ChannelEvent event) {
      if (end.isDone()) {
        return;
      }
      printer.print(event);
      printed++;
      if (!printer.flush() || printed >= count) {
        end.complete("");
      }
    }

    @Override
    public void onReset(int epoch, long kept) {
      note(
          "reset: the lines above "
              + (kept == 0 ? "" : "with a seq over " + kept + " ")
              + "are void; epoch "
              + epoch);
    }

    @Override
    public void onSnapshot(Snapshot snapshot) {
      note(
          "the history before seq " + snapshot.seq() + " is gone; what follows is the state there");
      snapshot.entities().forEach(this::onEvent);
    }

    @Override
    public void onTrouble(Trouble trouble, String detail) {
      if (trouble == Trouble.CHAIN) {
        note(detail);
      }
    }

    @Override
    public void onEnded(String code, String detail) {
      end.complete("Refused: " + code + ": " + detail);
    }

    @Override
    public void onConnected(String session, String user) {
      if (everConnected) {
        note("connected again");
      }
      everConnected = true;
      connected = true;
    }

    @Override
    public void onRefused(int code, String reason) {
      end.complete(
          "Refused (" + code + "): " + reason + "; `./tailrace token --user ann` prints a token.");
    }

    @Override
    public void onDisconnected(String reason, long retryInMs) {
      if (!everConnected) {
        end.complete(String.valueOf(server.unreachable(null).getMessage()));
      } else if (connected) {
        note("connection lost" + (reason.isEmpty() ? "" : " (" + reason + ")") + "; trying again");
      }
      connected = false;
    }

    @Override
    public void onFault(Throwable fault) {
      end.completeExceptionally(fault);
    }

    private void note(String text) {
      notes.println("tailrace: " + EventPrinter.printable(text));
      notes.flush();
    }
  }
}
