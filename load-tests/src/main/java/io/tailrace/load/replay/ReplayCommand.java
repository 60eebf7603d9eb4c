package io.tailrace.load.replay;

import io.tailrace.client.EventQuery;
import io.tailrace.client.TailraceClient;
import io.tailrace.load.target.RunningSystem;
import io.tailrace.load.target.TargetOptions;
import io.tailrace.load.trace.Message;
import io.tailrace.load.trace.Trace;
import io.tailrace.load.trace.TraceException;
import io.tailrace.standalone.cli.CommandException;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Writes a recorded chat again, follows it live, and reads it back as history. */
@Command(
    name = "replay",
    description = {
      "Writes a recorded chat again over SQL, follows it live, and reads it back as history.",
      "FILE has the lines seconds,channel,author,bytes; channel n becomes chat:trace-n.",
      "The time counts from the first write until everything has come live and is in history."
    },
    mixinStandardHelpOptions = true)
public final class ReplayCommand implements Callable<Integer> {
  private static final Duration LATE_MAX = Duration.ofMinutes(5);

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(paramLabel = "FILE", description = "A trace, plain or gzip.")
  private Path file = Path.of("");

  @Option(
      names = "--speed",
      defaultValue = "max",
      description = "How many times faster than recorded, or max. Default: ${DEFAULT-VALUE}.")
  private String speed = "max";

  @Mixin private TargetOptions target = new TargetOptions();

  @Option(names = "--json", description = "The last line as JSON.")
  private boolean json = false;

  @Override
  public Integer call() throws InterruptedException {
    double factor = factor();
    List<Message> messages = messages();
    RunningSystem system = target.system();
    String token = system.token("replay");
    try (TailraceClient client =
            TailraceClient.builder(system.url().toString()).token(() -> token).build();
        Connection connection = system.connect()) {
      connection.setAutoCommit(false);
      double seconds = replay(client, connection, messages, factor);
      print(messages.size(), seconds);
      return 0;
    } catch (SQLException e) {
      throw new CommandException("PostgreSQL refused: " + e.getMessage(), e);
    }
  }

  private double replay(
      TailraceClient client, Connection connection, List<Message> messages, double factor)
      throws SQLException, InterruptedException {
    Expected expected = new Expected(messages);
    Map<String, LiveReader> readers = new LinkedHashMap<>();
    Map<String, Long> bases = new LinkedHashMap<>();
    for (String channel : expected.channels()) {
      long base = client.history().channel(channel).head();
      LiveReader reader = new LiveReader(channel, expected, base);
      client.subscribe(channel, base, reader);
      bases.put(channel, base);
      readers.put(channel, reader);
    }
    for (LiveReader reader : readers.values()) {
      reader.awaitLive();
    }
    long began = System.nanoTime();
    try (ProgressBar bar = bar("written", messages.size())) {
      new BatchWriter(connection, messages, factor).write(bar::stepTo);
    }
    for (LiveReader reader : readers.values()) {
      reader.awaitAll(LATE_MAX);
    }
    for (String channel : expected.channels()) {
      long last = bases.getOrDefault(channel, 0L) + expected.count(channel);
      // Answered once history has it, or refused after the server's own bound.
      client.history().events(channel, new EventQuery(last - 1, 1, null, last, 0));
    }
    double seconds = (System.nanoTime() - began) / 1e9;
    try (ProgressBar bar = bar("read back", messages.size())) {
      for (String channel : expected.channels()) {
        HistoryCheck.check(
            client.history(), channel, expected, bases.getOrDefault(channel, 0L), bar::stepBy);
      }
    }
    return seconds;
  }

  private void print(int events, double seconds) {
    String format =
        json
            ? "{\"events\":%d,\"seconds\":%.3f,\"perSecond\":%.0f}"
            : "%d events in %.3f s: %.0f events/s";
    spec.commandLine()
        .getOut()
        .println(String.format(Locale.ROOT, format, events, seconds, events / seconds));
  }

  private static ProgressBar bar(String task, int most) {
    return new ProgressBarBuilder()
        .setTaskName(task)
        .setInitialMax(most)
        .setUpdateIntervalMillis(250)
        .showSpeed()
        .build();
  }

  private List<Message> messages() {
    try {
      List<Message> messages = Trace.read(file);
      if (messages.isEmpty()) {
        throw new CommandException(file + " holds no messages");
      }
      return messages;
    } catch (IOException | TraceException e) {
      throw new CommandException(file + " cannot be replayed: " + e.getMessage(), e);
    }
  }

  private double factor() {
    if (speed.equals("max")) {
      return Double.POSITIVE_INFINITY;
    }
    try {
      double factor = Double.parseDouble(speed);
      if (factor > 0 && Double.isFinite(factor)) {
        return factor;
      }
    } catch (NumberFormatException _) {
      // Told below.
    }
    throw new ParameterException(spec.commandLine(), "--speed must be a number above 0, or max");
  }
}
